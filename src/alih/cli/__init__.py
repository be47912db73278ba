"""The command line: Typer commands without logic, in the reader's language.

`main` is the entry point. It picks the language before anything is built, so that help texts come in it too, and turns
every AlihError into one sentence on standard error. A traceback is shown only with `ALIH_DEBUG=1`.

Exit codes: 0 done; 1 some cells failed (the others finished); 2 bad input; 130 interrupted, resumable.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from typing import Any, NoReturn

from alih.cli.language import take_language
from alih.errors import AlihError
from alih.words import say, set_language


def main(argv: Sequence[str] | None = None) -> NoReturn:
    """Run the command line and leave the process with its exit code.

    >>> main(["schema", "--help"])  # doctest: +SKIP
    """
    code = run(sys.argv[1:] if argv is None else argv)
    sys.exit(code)


def run(argv: Sequence[str]) -> int:
    """Run one command line and return its exit code; what `main` and the tests call."""
    for stream in (sys.stdout, sys.stderr):
        # A Windows console in an old code page must not turn a minus sign or a dash into a crash.
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="replace")
    inherited = os.environ.get("ALIH_LANG")
    try:
        lang, rest = take_language(argv)
        if lang:
            set_language(lang)
            os.environ["ALIH_LANG"] = lang  # worker processes speak it too
        return _invoke(rest)
    except AlihError as error:
        return _tell(error)
    except BrokenPipeError:
        # `alih studies | head`: the reader has seen enough. Python would complain again while flushing at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    finally:
        set_language(None)
        if inherited is None:
            os.environ.pop("ALIH_LANG", None)
        else:
            os.environ["ALIH_LANG"] = inherited


def _invoke(argv: Sequence[str]) -> int:
    import typer

    from alih.cli.app import build
    from alih.cli.misuse import explain, missing_extra

    usage_error: Any = typer.BadParameter.__mro__[1]
    try:
        result = build().main(args=list(argv) or ["--help"], prog_name="alih", standalone_mode=False)
        sys.stdout.flush()
        return result if isinstance(result, int) else 0
    except usage_error as error:
        if type(error).__name__ == "NoArgsIsHelpError":  # `alih data`: its message is the help page
            print(error.format_message())
            return 0
        raise explain(error, argv) from error
    except ModuleNotFoundError as error:
        raise missing_extra(error, argv) from error
    except typer.Exit as stop:
        return stop.exit_code
    except (KeyboardInterrupt, typer.Abort):
        print(say("cli.interrupted"), file=sys.stderr)
        return 130


def _tell(error: AlihError) -> int:
    if os.environ.get("ALIH_DEBUG") == "1":
        import traceback

        traceback.print_exception(error)
    else:
        print(f"alih: {error}", file=sys.stderr)
    return error.exit_code
