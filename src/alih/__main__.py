"""`python -m alih` is the command `alih`."""

from __future__ import annotations

from alih.cli import main

# Worker processes import the main module again under another name; only the real one may start the command line.
if __name__ == "__main__":
    main()
