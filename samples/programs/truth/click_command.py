"""A command with subcommands by click: declared by decorators, then called as a shell would, with help and errors."""
import click
from click.testing import CliRunner


class Size(click.ParamType):
    name = "size"

    def convert(self, value, parameter, context):
        if isinstance(value, int):
            return value
        number, unit = value[:-1], value[-1:]
        if unit not in "kMG" or not number.isdigit():
            self.fail(f"{value} is no size", parameter, context)
        return int(number) * 1024 ** ("kMG".index(unit) + 1)


@click.group(chain=True)
@click.option("--verbose", "-v", count=True, help="Say more.")
@click.option("--limit", type=Size(), default="1k", show_default=True)
@click.pass_context
def cli(context, verbose, limit):
    """Files and what becomes of them."""
    context.obj = {"verbose": verbose, "limit": limit, "done": []}


def remembers(function):
    @click.pass_obj
    def wrapper(state, **values):
        state["done"].append(function.__name__)
        return context_free(function, state, values)
    wrapper.__doc__ = function.__doc__
    return wrapper


def context_free(function, state, values):
    return function(state, **values)


@cli.command("add")
@click.argument("names", nargs=2)
@click.option("--kind", type=click.Choice(["text", "data"]), default="text")
@remembers
def add(state, names, kind):
    """Adds two files."""
    click.echo(click.style(f"{kind}: {', '.join(names)}", fg="green"))


@cli.command("pack")
@click.option("--level", type=click.IntRange(1, 9), default=6)
@click.option("--yes/--no", default=False)
@remembers
def pack(state, level, yes):
    """Packs all of them, as well as it can be done, which may take a while."""
    click.echo(f"{level} {yes} {state['limit']} {state['done']}")


def main():
    runner = CliRunner()
    for line in ("--help", "add a b pack", "-vv --limit 3M add x y --kind data pack --level 9 --yes", "pack --level 10",
                 "add --help", "pack --help", "--limit 3x pack", "nothing"):
        result = runner.invoke(cli, line.split())
        print(result.exit_code, len(result.output))


main()
