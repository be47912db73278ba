"""What there is: data sets, backbones, presets, decoders, and the arithmetic of layers."""
