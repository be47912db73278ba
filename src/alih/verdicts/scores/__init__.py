"""Verdicts from scores of other tools: CSV files or rows."""
