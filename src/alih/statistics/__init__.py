"""From scores per replicate and item to intervals and verdicts. NumPy only; SciPy inside functions;
no files.
"""
