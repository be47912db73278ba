"""Torch networks from layer lists: activations, fast layers, number formats, layer tables."""
