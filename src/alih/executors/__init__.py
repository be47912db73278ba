"""Executors: who computes which cell. Local worker processes; other executors stand beside `local.py`."""
