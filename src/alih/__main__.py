"""`python -m alih` is the command `alih`."""

from __future__ import annotations

import sys
from typing import NoReturn


def main() -> NoReturn:
    """Run the command line; Ctrl-C ends it with a word from the first import on."""
    try:
        from alih.cli import main as command

        command()
    except KeyboardInterrupt:
        from alih.words import say

        print(say("cli.interrupted"), file=sys.stderr)
        sys.exit(130)


# Worker processes import the main module again under another name; only the real one may start the
# command line.
if __name__ == "__main__":
    main()
