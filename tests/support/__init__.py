"""Helpers shared by tests; import as `from support.fake_study import make`."""
