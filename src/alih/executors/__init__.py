"""Executors: who computes which cell. `contract.py` says what one is, `table.py` which there
are.
"""
