"""`alih serve`: a model behind HTTP."""

from __future__ import annotations

import sys
from contextvars import copy_context
from functools import partial

import click

from alih.cli import options
from alih.cli.declaring import NUMBER, WHOLE, argument, command
from alih.cli.show import output
from alih.errors import AlihError
from alih.words import say

RUNTIMES = {"torch": "PyTorch", "onnx": "ONNX Runtime", "int8": "ONNX Runtime (int8)"}


@command("serve", help="cli.serve.help")
@argument("model", help="cli.arg.serve_model")
@click.option("--host", default="127.0.0.1", metavar="ADDRESS", help="cli.opt.serve_host")
@click.option("--port", type=WHOLE, default=8000, metavar="N", help="cli.opt.serve_port")
@options.runtime
@options.device
@click.option("--max-mb", type=NUMBER, default=10.0, metavar="N", help="cli.opt.serve_max_mb")
@click.option("--max-pixels", type=WHOLE, metavar="N", help="cli.opt.serve_max_pixels")
@click.option("--max-seconds", type=NUMBER, metavar="N", help="cli.opt.serve_max_seconds")
@click.option("--batch", type=WHOLE, default=32, metavar="N", help="cli.opt.serve_batch")
@options.as_json
def serve(
    model: str,
    host: str,
    port: int,
    runtime: str,
    device: str,
    max_mb: float,
    max_pixels: int | None,
    max_seconds: float | None,
    batch: int,
    as_json: bool,
) -> None:
    """Answer requests until Ctrl-C."""
    import python_multipart  # noqa: F401 - forms need it, and would say so only when one comes

    from alih.serving import server, sockets
    from alih.serving.app import build
    from alih.serving.batching import ModelThread
    from alih.serving.limits import PIXELS, Limits
    from alih.serving.model import open_model

    seconds = Limits.seconds if max_seconds is None else max_seconds
    for name, got in (("--max-mb", max_mb), ("--max-seconds", seconds)):
        if got <= 0:
            raise AlihError("serving.bad_limit", name=name, got=got)
    pixels = PIXELS if max_pixels is None else max_pixels
    limits = Limits(bytes=int(max_mb * 1e6), pixels=pixels, seconds=seconds)
    held = sockets.listening(host, port)
    with held:
        thread = ModelThread()
        opening = partial(open_model, model, device, runtime, max_pixels=pixels, batch=batch)
        opened = thread.submit(copy_context().run, opening).result()
        thread.submit(opened.warm).result()
        if not sockets.is_loopback(host):
            print(say("cli.serve.open", host=host), file=sys.stderr)
        place = sockets.address(held)

        def ready() -> None:
            if as_json:
                told = {"model": opened.name, "address": place, "runtime": opened.runtime}
                output.print_json(told)
                sys.stdout.flush()
                return
            by = RUNTIMES[opened.runtime]
            print(say("cli.serve.ready", model=opened.name, address=place, runtime=by), flush=True)

        server.serve(build(opened, limits, thread), held, ready)
    print(say("cli.serve.stopped"), file=sys.stderr)
