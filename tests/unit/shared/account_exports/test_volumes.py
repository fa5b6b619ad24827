"""Zip files that are written piece by piece."""

import zipfile
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from shared.account_exports.volumes import EntryCutOff, Volumes
from shared.kit.storage.errors import FileGone


async def _pieces(*pieces: bytes, fails: bool = False) -> AsyncIterator[bytes]:
    for piece in pieces:
        yield piece
    if fails:
        raise FileGone


async def test_another_file_begins_where_one_has_grown_to_its_limit(tmp_path: Path) -> None:
    volumes = Volumes(tmp_path, max_bytes=1000)
    for number in range(5):
        await volumes.add(f"{number}.png", _pieces(bytes([number]) * 400, bytes([number]) * 200))
    await volumes.add_bytes("last.json", b"{}")
    volumes.close()

    contents = [{name: file.read(name) for name in file.namelist()} for file in map(zipfile.ZipFile, volumes.paths)]
    assert [path.name for path in volumes.paths] == ["export-1.zip", "export-2.zip", "export-3.zip"]
    assert [sorted(content) for content in contents] == [["0.png", "1.png"], ["2.png", "3.png"], ["4.png", "last.json"]]
    assert contents[1]["3.png"] == b"\x03" * 600


async def test_an_entry_that_fails_at_once_is_not_there_and_one_that_is_cut_off_ends_the_export(
    tmp_path: Path,
) -> None:
    volumes = Volumes(tmp_path)
    await volumes.add_bytes("first.json", b"{}")
    with pytest.raises(FileGone):
        await volumes.add("gone.png", _pieces(fails=True))
    with pytest.raises(EntryCutOff):
        await volumes.add("cut.png", _pieces(b"half", fails=True))


async def test_the_same_content_makes_the_same_bytes(tmp_path: Path) -> None:
    made = []
    for name in ("a", "b"):
        folder = tmp_path / name
        folder.mkdir()
        volumes = Volumes(folder)
        await volumes.add("x.json", _pieces(b"text " * 100))
        volumes.close()
        made.append(volumes.paths[0].read_bytes())
    assert made[0] == made[1]
