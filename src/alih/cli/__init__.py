"""The command line: commands without logic, in the reader's language.

`main` is the entry point. It picks the language before anything is built, so that help texts come
in it too, and turns every AlihError into one sentence on standard error. A traceback is shown only
with `ALIH_DEBUG=1`.

With `--json` standard output is one JSON document: the command's own (`documents/`), or what went
wrong (`faults.py`). Standard error has the same sentences as without it.

Exit codes: 0 done; 1 some cells failed (the others finished); 2 bad input, or output that cannot be
written; 3 ended in time with something left to do (`run --until`, `run --part`); 128 and a signal's
number interrupted, resumable: 130 Ctrl-C, 143 SIGTERM, 129 SIGHUP.
"""

from __future__ import annotations

import contextlib
import errno
import os
import re
import sys
from collections.abc import Sequence
from functools import partial
from typing import NoReturn

from alih import files
from alih.cli import signals
from alih.cli.language import take_language
from alih.errors import AlihError
from alih.files.telling import telling
from alih.words import number, say, set_language
from alih.words.phrase import reason_of

COMPLETE = "_ALIH_COMPLETE"
"""The variable by which a shell asks for what could follow on the command line."""


def main(argv: Sequence[str] | None = None) -> NoReturn:
    """Run the command line and leave the process with its exit code.

    >>> main(["schema", "--help"])  # doctest: +SKIP
    """
    from alih.models.compiler import postpone_compiler

    postpone_compiler()
    if completing := os.environ.get(COMPLETE):
        from alih.cli.app import build
        from alih.cli.completion import complete

        sys.exit(complete(completing, build()))
    signals.listen()
    code = run(sys.argv[1:] if argv is None else argv)
    sys.exit(code)


def run(argv: Sequence[str]) -> int:
    """Run one command line and return its exit code; what `main` and the tests call."""
    _replace_closed_streams()
    for stream in (sys.stdout, sys.stderr):
        # A Windows console in an old code page must not turn a minus sign or a dash into a crash.
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="replace")
    inherited = os.environ.get("ALIH_LANG")
    tell = partial(_tell_both, argv=argv)
    try:
        lang, rest = take_language(argv)
        if lang:
            set_language(lang)
            os.environ["ALIH_LANG"] = lang  # worker processes speak it too
        with telling(_say_how_far):
            return _invoke(rest)
    except AlihError as error:
        return tell(error)
    except BrokenPipeError:
        # `alih studies | head`: the reader has seen enough.
        _discard_output()
        return 0
    except OSError as error:
        return tell(_explained(error))
    except UnicodeEncodeError as error:
        return tell(_not_utf8(error))
    except KeyboardInterrupt as error:
        interrupted = AlihError("cli.interrupted")
        said = error.sentence if isinstance(error, signals.Resumable) else interrupted
        print(said, file=sys.stderr)
        _tell_program(said, argv)
        return signals.exit_code(error)
    except Exception as error:
        _tell_program(error, argv)
        raise
    finally:
        set_language(None)
        if inherited is None:
            os.environ.pop("ALIH_LANG", None)
        else:
            os.environ["ALIH_LANG"] = inherited


def _say_how_far(what: str, done: int, of: int) -> None:
    """A line beside the output about long work on many files."""
    named = say(f"cli.progress.{what}")
    print(
        say("cli.progress.of", what=named, done=number(done, 0), of=number(of, 0)), file=sys.stderr
    )


def _invoke(argv: Sequence[str]) -> int:
    import click

    from alih.cli.app import build
    from alih.cli.misuse import missing_extra

    try:
        with build().make_context("alih", list(argv)) as context:
            code = context.command.invoke(context)
        sys.stdout.flush()
        return code or 0
    except click.exceptions.Exit as stop:  # after `--help` and `--version`
        return stop.exit_code
    except ModuleNotFoundError as error:
        raise missing_extra(error, argv) from error


def _replace_closed_streams() -> None:
    """Open the null device in place of closed standard streams: else the next file opened gets
    their number and output.
    """
    for name, mode in (("stdin", "r"), ("stdout", "w"), ("stderr", "w")):
        if getattr(sys, name) is None:
            setattr(sys, name, open(os.devnull, mode, encoding="utf-8"))  # noqa: SIM115 - for the rest of the process


def _discard_output() -> None:
    """Let what is still to be written to standard output go nowhere: Python would complain again
    while flushing at exit.
    """
    with contextlib.suppress(OSError, ValueError):  # a stream of a host program has no descriptor
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _explained(error: OSError) -> AlihError:
    """The sentence for an error of the system that no room explained; one without a file's name is
    that of a stream.
    """
    reason = reason_of(error)
    if error.filename is not None:
        return _from(error, AlihError("common.cannot_use", path=str(error.filename), reason=reason))
    if error.errno not in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EBADF, errno.EIO):
        raise error
    _discard_output()
    return _from(error, AlihError("cli.cannot_print", reason=reason))


def _not_utf8(error: UnicodeEncodeError) -> AlihError:
    """The sentence for a name with bytes that are no text; other errors of encoding are raised
    again.
    """
    wrong = error.object[error.start : error.end]
    if not all("\ud800" <= letter <= "\udfff" for letter in wrong):
        raise error
    before = re.split(r'["<>\n]', error.object[: error.start])[-1]
    after = re.split(r'["<>\n]', error.object[error.end :])[0]
    return _from(error, AlihError("common.name_not_utf8", name=before + wrong + after))


def _from(cause: Exception, error: AlihError) -> AlihError:
    error.__cause__ = cause
    return error


def _tell_both(error: AlihError, argv: Sequence[str]) -> int:
    """Say what went wrong to people and, on standard output, to programs; the exit code."""
    if error.key != "cli.cannot_print":
        _tell_program(error, argv)
    return _tell(error)


def _tell(error: AlihError) -> int:
    if os.environ.get("ALIH_DEBUG") == "1":
        import traceback

        traceback.print_exception(error)
    else:
        print(f"alih: {files.escaped(str(error))}", file=sys.stderr)
    return error.exit_code


def _tell_program(error: BaseException, argv: Sequence[str]) -> None:
    """Print the error's document where the command was to print JSON."""
    from alih.cli import faults

    if faults.asks_for_json(argv):
        with contextlib.suppress(OSError):  # nobody reads it
            faults.show(error, argv)
