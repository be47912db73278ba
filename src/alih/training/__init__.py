"""Training: the one loop, device and precision, checkpoints and exact resume, one cell."""
