"""The command `evalserve`."""

import sys

EXIT_WORSE, EXIT_UNDECIDED, EXIT_SERVICE, EXIT_INPUT, EXIT_INTERRUPTED = 1, 3, 4, 5, 130


def main() -> None:
    """Run the command and exit: 0 done, 1 worse, 2 usage, 3 undecided, 4 service, 5 input refused, 130 interrupted."""
    sys.exit(run(sys.argv[1:]))


def run(arguments: list[str]) -> int:
    """Run the command with these arguments and return its exit code."""
    import click  # noqa: PLC0415 -- `import evalserve.command` is free

    from evalserve.command.commands import cli  # noqa: PLC0415 -- the same

    try:
        exit_code: int | None = cli.main(arguments, prog_name="evalserve", standalone_mode=False)
    except click.ClickException as error:
        error.show()
        return error.exit_code
    except (click.Abort, KeyboardInterrupt):
        click.echo("Interrupted. What was sent is kept: the same command goes on.", err=True)
        return EXIT_INTERRUPTED
    except click.exceptions.Exit as end:
        return end.exit_code
    except OSError as error:
        click.echo(f"Error: {error}", err=True)
        return EXIT_INPUT
    return exit_code or 0
