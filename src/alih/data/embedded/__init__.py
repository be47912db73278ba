"""Data that ships inside the package, each set in a folder with its licence, and the scripts that
made it.
"""
