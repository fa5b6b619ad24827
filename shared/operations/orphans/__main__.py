"""The operator's word about orphans: `python -m shared.operations.orphans status | bind | allow | list | recreate`."""

import argparse
import asyncio
import sys
from collections.abc import Awaitable, Callable, Sequence

from shared.kit.platform import Platform, connect
from shared.kit.settings import Settings, settings
from shared.operations.orphans import inspection, installation, queries
from shared.operations.orphans.installation import NotBound
from shared.operations.orphans.prefixes import PREFIXES
from shared.projects import recovery

Command = Callable[[Platform, argparse.Namespace], Awaitable[int]]


async def _status(platform: Platform, _: argparse.Namespace) -> int:
    try:
        label = await installation.check(platform)
        print(f"The database and the bucket are bound, as installation {label.id}.")
    except NotBound as error:
        print(f"Not bound, so no orphan is deleted: {error}.")
    async with platform.db.connection() as connection:
        sweeps = await queries.sweeps(connection)
    for sweep in sweeps:
        state = "waits for `allow`" if sweep.is_held and not sweep.allowed else "is collected"
        print(f"{sweep.prefix}: {sweep.orphans:,} orphans of {sweep.objects:,} objects at {sweep.ended_at:%c}; {state}")
    return 0


async def _bind(platform: Platform, _: argparse.Namespace) -> int:
    print(f"The database and the bucket are bound, as installation {await installation.bind(platform)}.")
    return 0


async def _allow(platform: Platform, arguments: argparse.Namespace) -> int:
    async with platform.db.connection() as connection:
        orphans = await connection.fetchval(queries.ALLOW, arguments.prefix)
    if orphans is None:
        print(f"Nothing under {arguments.prefix} waits for permission.")
        return 1
    print(f"The next sweep of {arguments.prefix} may delete up to {orphans:,} orphans.")
    return 0


async def _list(platform: Platform, arguments: argparse.Namespace) -> int:
    for prefix in [arguments.prefix] if arguments.prefix else PREFIXES:
        async for entry in inspection.orphans(platform, prefix):
            print(f"{entry.key}\t{entry.size_bytes}\t{entry.age}")
    return 0


async def _recreate(platform: Platform, _: argparse.Namespace) -> int:
    async for entry in inspection.orphans(platform, "images/"):
        print(f"{entry.key}\t{await recovery.recreate(platform, entry.key) or 'recreated'}")
    return 0


COMMANDS: dict[str, tuple[Command, str]] = {
    "status": (_status, "say whether the database and the bucket are bound, and how many orphans there are"),
    "bind": (_bind, "declare that this database and this bucket belong together, as after a restore"),
    "allow": (_allow, "allow one sweep to delete as many orphans as the last one found"),
    "list": (_list, "list objects that no row refers to, also those that may just be in use: key, bytes, age"),
    "recreate": (_recreate, "make the rows of images again whose objects are there"),
}


def main(words: Sequence[str], servers: Settings | None = None) -> int:
    """Run the command of the words and return the exit code; without settings, on the servers of the environment."""
    parser = argparse.ArgumentParser(prog="python -m shared.operations.orphans")
    commands = parser.add_subparsers(dest="command", required=True)
    parsers = {name: commands.add_parser(name, help=text) for name, (_, text) in COMMANDS.items()}
    parsers["allow"].add_argument("prefix", choices=PREFIXES)
    parsers["list"].add_argument("--prefix", choices=PREFIXES)
    return asyncio.run(_run(parser.parse_args(words), servers or settings()))


async def _run(arguments: argparse.Namespace, servers: Settings) -> int:
    async with connect(servers, pool_size=2) as platform:
        return await COMMANDS[arguments.command][0](platform, arguments)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
