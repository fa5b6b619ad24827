"""The command line: `python -m deploy.backup save DEST | restore FROM [--dump NAME] | orphans COMMAND`."""

import argparse
import asyncio
import os
import shutil
import sys
from pathlib import Path

from botocore.exceptions import BotoCoreError, ClientError

from deploy.backup import database, servers
from deploy.backup.bucket import copy_in, copy_out
from deploy.backup.errors import BackupFailed
from deploy.backup.folder import BackupFolder
from deploy.backup.servers import NEEDED
from deploy.local.errors import CannotStart
from deploy.local.options import PROJECT, embedded
from shared.operations.orphans.__main__ import main as answer_about_orphans

_AFTERWARDS = """\
No orphan is deleted until you say that the database and the bucket belong together. Start the service, then, with the
same DATA_DIR or the same settings:
  make orphans DO=list        what no row refers to
  make orphans DO=recreate    make the rows of images again that are newer than the dump
  make orphans DO=bind        delete the rest, after a day"""


def save(path: Path, data_dir: Path) -> None:
    """Back the service up, which may be running; raises BackupFailed, CannotStart."""
    folder = BackupFolder.create(path)
    with servers.for_backup(data_dir, os.environ) as settings:
        # In this order: an object lies in the bucket before a row refers to it, so every row of the dump finds its own
        # among those that are copied afterwards, unless it was deleted in between.
        dump = folder.new_dump()
        database.dump(settings.database_url.get_secret_value(), dump)
        copied = copy_out(servers.bucket(settings), folder)
    _keep_credentials(data_dir, folder)
    folder.close()
    print(f"{dump.name}, {copied.new:,} objects, and {copied.kept:,} of before, are in {folder.path}.")


def restore(path: Path, name: str | None, data_dir: Path) -> None:
    """Restore a backup into an empty database; the service must not run. Raises BackupFailed, CannotStart."""
    folder = BackupFolder.existing(path)
    dump = folder.dump(name)
    with servers.for_restore(data_dir, os.environ, folder.credentials) as settings:
        # The reverse order: there is never a row without its object.
        copied = copy_in(folder, servers.bucket(settings))
        asyncio.run(database.restore(settings.database_url.get_secret_value(), dump))
    folder.close()
    print(f"{dump.name} and {copied.new + copied.kept:,} objects are restored.\n{_AFTERWARDS}")


def orphans(words: list[str], data_dir: Path) -> int:
    """Run a command of `shared.operations.orphans` on the servers and return its exit code.

    Raises BackupFailed, CannotStart.
    """
    with servers.for_backup(data_dir, os.environ) as settings:
        return answer_about_orphans(words, settings)


def _keep_credentials(data_dir: Path, folder: BackupFolder) -> None:
    # They hold SECRET_KEY, without which every API key and webhook secret would change.
    source = data_dir / "credentials.json"
    if embedded(os.environ) & NEEDED and source.exists():
        shutil.copyfile(source, folder.credentials)
        folder.credentials.chmod(0o600)


def main() -> int:
    """Run the command of the arguments and return the exit code."""
    parser = argparse.ArgumentParser(prog="python -m deploy.backup")
    verbs = parser.add_subparsers(dest="verb", required=True)
    saving = verbs.add_parser("save", help="dump the database, then copy the bucket")
    restoring = verbs.add_parser("restore", help="copy the bucket back, then restore the database")
    restoring.add_argument("--dump", help="the file name of a dump (DUMP; the newest)", default=os.environ.get("DUMP"))
    for verb in (saving, restoring):
        verb.add_argument("folder", type=Path, help="the folder of the backup")
    asking = verbs.add_parser("orphans", help="look after the objects that no row refers to")
    asking.add_argument("words", nargs=argparse.REMAINDER, help="a command of shared.operations.orphans, as `list`")
    arguments = parser.parse_args()
    try:
        data_dir = Path(os.environ.get("DATA_DIR") or PROJECT / ".run" / "data").expanduser()
        if arguments.verb == "save":
            save(arguments.folder, data_dir)
        elif arguments.verb == "orphans":
            return orphans(arguments.words, data_dir)
        else:
            restore(arguments.folder, arguments.dump or None, data_dir)
    except (BackupFailed, CannotStart, BotoCoreError, ClientError) as error:
        print(f"{arguments.verb} failed: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
