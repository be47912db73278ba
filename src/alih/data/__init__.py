"""Named sets, decoded arrays on disk, splits, augmentation of image and mask together."""
