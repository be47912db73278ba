"""Arguments and options that several commands share; their help is a key of the word catalogue."""

from __future__ import annotations

import click

from alih.cli.declaring import WHOLE, argument

study = argument("study", help="cli.arg.study")
folder = argument("folder", metavar="DIR", help="cli.arg.dir")
as_json = click.option("--json", "as_json", is_flag=True, help="cli.opt.json")
details = click.option("--details", is_flag=True, help="cli.opt.details")
out = click.option("--out", "-o", metavar="DIR", help="cli.opt.out")
jobs = click.option("--jobs", "-j", type=WHOLE, metavar="N", help="cli.opt.jobs")
seeds = click.option("--seeds", type=WHOLE, metavar="N", help="cli.opt.seeds")
until_decided = click.option("--until-decided", is_flag=True, help="cli.opt.until_decided")
budget = click.option("--budget", metavar="TIME", help="cli.opt.budget")
overrides = click.option(
    "--set", "overrides", multiple=True, metavar="KEY=VALUE", help="cli.opt.set"
)
device = click.option(
    "--device", default="auto", metavar="auto|cpu|cuda|mps", help="cli.opt.device"
)
runtime = click.option(
    "--runtime", default="auto", metavar="auto|torch|onnx|int8", help="cli.opt.runtime"
)
image_size = click.option("--image-size", type=WHOLE, metavar="PIXELS", help="cli.opt.image_size")
max_pixels = click.option("--max-pixels", type=WHOLE, metavar="N", help="cli.opt.max_pixels")
