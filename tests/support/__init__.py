"""Helpers shared by tests; import as `from tests.support.fake_study import make`."""
