"""The page of `alih look`, and mask files."""
