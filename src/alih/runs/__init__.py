"""Runs: the files of study and cell folders, the state of every cell and the reason for it.
Torch-free.
"""
