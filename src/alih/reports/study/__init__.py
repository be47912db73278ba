"""The sections of a study's report; `reports/build.py` puts them together."""
