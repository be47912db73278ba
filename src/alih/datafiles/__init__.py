"""Image files as names and bytes: folders, tables, masks, archives, checksums. Pixels are decoded
in `data/`; no torch.
"""
