"""Metrics per item and in total, calibration, and the reading of learning curves. NumPy only, no
torch.
"""
