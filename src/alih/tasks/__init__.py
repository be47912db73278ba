"""Tasks: the only place where classification and segmentation differ."""
