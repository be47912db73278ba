"""The methods section of a report in words."""
