"""The documentation as a site: `python -m tools.site` builds `build/site`, without a network."""
