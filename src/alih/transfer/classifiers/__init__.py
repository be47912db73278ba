"""Classifiers on feature matrices: one file per family, `table.py` lists them, `fit.py` fits any of
them. No torch.
"""
