"""The README of a model that was handed over."""
