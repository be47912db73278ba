"""Strategies: how knowledge is carried over. One file each; `table.py` lists them."""
