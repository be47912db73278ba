"""The JSON documents that commands print with `--json`, as pydantic models: what each key holds.

Commands print plain values; tests hold these against the models. Readers should pass over keys
that they do not know.
"""
