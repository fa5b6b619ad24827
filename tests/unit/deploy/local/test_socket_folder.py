"""Which folder Postgres's socket lies in."""

import os
import socket
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from deploy.local import socket_folder
from deploy.local.socket_folder import SocketFolder


@pytest.fixture
def temporary(monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """The folder for temporary files, with a shorter name than tests have."""
    with tempfile.TemporaryDirectory() as folder:
        monkeypatch.setattr(tempfile, "tempdir", folder)
        yield Path(folder)


def test_the_servers_own_folder_is_taken_up_to_the_last_byte_that_an_address_has(
    temporary: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    home = temporary / ("home" * 10)
    for missing, is_home in ((0, True), (1, False)):
        monkeypatch.setattr(socket_folder, "_LONGEST_ADDRESS", len(os.fsencode(home / ".s.PGSQL.65535")) - missing)
        assert (_chosen(home) == home) is is_home


def test_the_kernel_takes_an_address_of_the_longest_length_and_none_that_is_longer(tmp_path: Path) -> None:
    longest = socket_folder._LONGEST_ADDRESS
    name = "x" * (longest - len(os.fsencode(tmp_path)) - 1)
    with socket.socket(socket.AF_UNIX) as one, socket.socket(socket.AF_UNIX) as other:
        one.bind(str(tmp_path / name))
        with pytest.raises(OSError, match="AF_UNIX path too long"):
            other.bind(str(tmp_path / f"{name}x"))


def test_what_others_made_or_may_read_is_not_taken(tmp_path: Path, temporary: Path) -> None:
    home = tmp_path / "with, a comma"
    first = SocketFolder(home, "secret")
    first.prepare()
    assert first.path is not None
    assert (first.path.parent, first.path.stat().st_mode & 0o777) == (temporary, 0o700)
    first.remove()
    assert list(temporary.iterdir()) == []

    first.path.mkdir(mode=0o755)
    assert _chosen(home) != first.path
    first.path.rmdir()
    first.path.symlink_to(tmp_path)
    assert _chosen(home) != first.path
    first.path.unlink()
    assert _chosen(home) == first.path


@pytest.mark.usefixtures("temporary")
def test_the_name_among_temporary_files_follows_from_the_folder_and_the_secret(tmp_path: Path) -> None:
    home, other = tmp_path / "with, a comma", tmp_path / "with, another"
    assert _chosen(home) == _chosen(home)
    no_text = Path(os.fsdecode(bytes(tmp_path) + b"/\xff"))
    assert len({_chosen(home), _chosen(other), _chosen(no_text), _chosen(home, "another secret")}) == 4


def _chosen(home: Path, secret: str = "secret") -> Path | None:
    folder = SocketFolder(home, secret)
    folder.prepare()
    folder.remove()
    return folder.path
