"""The Unix socket over which the service reaches the embedded Postgres."""

import os
import stat
import tempfile
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import unquote, urlsplit

import asyncpg
import pytest

from deploy.local import socket_folder
from deploy.local.stack import Stack

# Postgres and its clients would take it for two; longer than the address of a socket.
UNFIT_NAMES = ["with, a comma", "x" * 100]
IS_LOCAL = "SELECT inet_client_addr() IS NULL"


async def ask(stack: Stack, query: str = IS_LOCAL) -> object:
    connection = await asyncpg.connect(stack.environment["DATABASE_URL"])
    try:
        return await connection.fetchval(query)
    finally:
        await connection.close()


def folder_of(stack: Stack) -> Path:
    host = urlsplit(stack.environment["DATABASE_URL"]).netloc.rpartition("@")[2].rpartition(":")[0]
    return Path(unquote(host))


def modes(folder: Path) -> dict[str, int]:
    """The permissions of the folder, and of the socket and its lock in it."""
    found = {path.name.partition(".PGSQL.")[2].lstrip("0123456789"): path for path in folder.glob(".s.*")}
    return {name: stat.S_IMODE(path.stat().st_mode) for name, path in {"folder": folder, **found}.items()}


@pytest.fixture
def embedded() -> Iterator[Stack]:
    """A server in a folder with a shorter name than tests have."""
    with tempfile.TemporaryDirectory() as folder, Stack(Path(folder), durable=False, embed={"postgres"}) as stack:
        yield stack


async def test_the_socket_lies_with_the_data_asks_for_the_password_and_is_closed_to_others(embedded: Stack) -> None:
    assert await ask(embedded) is True
    assert folder_of(embedded) == embedded.data.path / "postgres"
    assert modes(folder_of(embedded)) == {"folder": 0o700, "": 0o700, ".lock": 0o600}

    url = embedded.environment["DATABASE_URL"]
    with pytest.raises(asyncpg.InvalidPasswordError):
        await asyncpg.connect(url.replace(embedded.credentials.database_password, "guessed"))
    connection = await asyncpg.connect(url, host="127.0.0.1", port=embedded.postgres.ports[0])
    assert await connection.fetchval(IS_LOCAL) is False, "tools reach the same server over TCP"
    await connection.close()


@pytest.mark.parametrize("name", ["data", *UNFIT_NAMES], ids=["fit", "comma", "long"])
async def test_what_a_killed_server_left_does_not_keep_it_from_its_socket(tmp_path: Path, name: str) -> None:
    with Stack(tmp_path / name, durable=False, embed={"postgres"}) as stack:
        url, folder = stack.environment["DATABASE_URL"], folder_of(stack)
        stack.postgres.kill()
        assert modes(folder) == {"folder": 0o700, "": 0o700, ".lock": 0o600}
        # Its process id may belong to another process by now.
        (lock,) = folder.glob(".s.*.lock")
        lock.write_text(lock.read_text().replace(lock.read_text().split()[0], str(os.getpid()), 1))
        stack.postgres.start()
        assert (stack.environment["DATABASE_URL"], await ask(stack)) == (url, True)

        stack.postgres.stop()
        stack.postgres.start()
        assert (stack.environment["DATABASE_URL"], await ask(stack)) == (url, True)


@pytest.mark.parametrize("name", UNFIT_NAMES, ids=["comma", "long"])
async def test_a_data_directory_that_cannot_hold_sockets_has_a_temporary_folder(tmp_path: Path, name: str) -> None:
    folders = []
    for _ in range(2):
        with Stack(tmp_path / name, durable=False, embed={"postgres"}) as stack:
            assert await ask(stack) is True
            folders.append(folder_of(stack))
            assert modes(folders[-1]) == {"folder": 0o700, "": 0o700, ".lock": 0o600}
        assert not folders[-1].exists()
    assert folders[0] == folders[1], "what a crash leaves is found by the next start"

    # Two services side by side.
    with Stack(tmp_path / f"{name} 2", durable=False, embed={"postgres"}) as other:
        assert await ask(other) is True
        assert folder_of(other) != folders[0]


async def test_without_a_folder_for_its_socket_postgres_is_reached_over_tcp(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(socket_folder, "_LONGEST_ADDRESS", 10)
    with Stack(tmp_path / "data", durable=False, embed={"postgres"}) as stack:
        assert not stack.postgres.has_socket
        assert await ask(stack) is False
        assert list((tmp_path / "data/postgres").glob(".s.*")) == []
