"""Answers as tables and files: those that cells stored, those for new images."""
