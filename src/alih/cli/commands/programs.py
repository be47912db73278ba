"""For programs and shells: skill, completion."""

from __future__ import annotations

from alih.cli import options
from alih.cli.declaring import argument, command
from alih.cli.show import output
from alih.errors import AlihError
from alih.words import language


@command("skill", help="cli.skill.help")
@options.as_json
def skill(as_json: bool) -> None:
    """Print how a program or an agent runs a study."""
    from importlib.resources import files

    import yaml

    file = files("alih.cli") / "skill" / f"SKILL.{language()}.md"
    text = file.read_text(encoding="utf-8")
    if not as_json:
        print(text, end="")
        return
    head = yaml.safe_load(text.split("---\n")[1])
    output.print_json(head | {"text": text})


@command("completion", help="cli.completion.help")
@argument("shell", metavar="bash|zsh|fish", help="cli.arg.shell")
@options.as_json
def completion(shell: str, as_json: bool) -> None:
    """Print what a shell reads to complete commands."""
    from alih.cli.completion import SHELLS, script

    if shell not in SHELLS:
        raise AlihError("cli.completion.shell", got=shell, known=", ".join(SHELLS))
    text = script(shell)
    output.print_json({"shell": shell, "script": text}) if as_json else print(text)
