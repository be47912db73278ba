"""YAML with the line of every value, and pydantic's errors as sentences."""
