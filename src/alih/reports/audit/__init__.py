"""The page of `alih audit`."""
