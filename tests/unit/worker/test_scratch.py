import os
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

from worker.scratch import MIN_ABANDONED_AGE_S, Scratch

HOLDS_A_FOLDER = """
from worker.scratch import Scratch
with Scratch() as scratch:
    (scratch.folder / "half").write_bytes(b"x")
    print(scratch.folder, flush=True)
    input()
"""


@pytest.fixture
def temporary(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A place for temporary files that nobody else uses."""
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    return tmp_path


def _age(folder: Path) -> None:
    then = folder.stat().st_mtime - 2 * MIN_ABANDONED_AGE_S
    os.utime(folder, (then, then))


def _held_folder(temporary: Path) -> tuple[subprocess.Popen[bytes], Path]:
    holder = subprocess.Popen(
        [sys.executable, "-c", HOLDS_A_FOLDER],
        env={**os.environ, "TMPDIR": str(temporary)},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )
    assert holder.stdout is not None
    folder = Path(holder.stdout.readline().decode().strip())
    _age(folder)
    return holder, folder


def _end(holder: subprocess.Popen[bytes]) -> None:
    holder.kill()
    # Closes the pipes as well.
    holder.communicate()


def test_an_attempt_that_asks_for_no_folder_makes_none(temporary: Path) -> None:
    with Scratch():
        pass

    assert list(temporary.iterdir()) == []


def test_a_folder_is_its_owner_s_alone_and_the_same_for_the_whole_attempt(temporary: Path) -> None:
    with Scratch() as first, Scratch() as second:
        assert first.folder == first.folder != second.folder
        assert {first.folder.parent, second.folder.parent} == {temporary}
        assert first.folder.stat().st_mode & 0o777 == 0o700


def test_a_folder_is_gone_after_a_crash_with_all_that_was_in_it(temporary: Path) -> None:
    def crash() -> None:
        with Scratch() as scratch:
            (scratch.folder / "deep").mkdir()
            (scratch.folder / "deep" / "half.bin").write_bytes(b"x")
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        crash()

    assert list(temporary.iterdir()) == []


def test_what_a_killed_process_left_is_removed_when_the_next_folder_is_made(temporary: Path) -> None:
    holder, left = _held_folder(temporary)
    _end(holder)
    assert left.exists()

    with Scratch() as scratch:
        made = scratch.folder
        assert list(temporary.iterdir()) == [made]


def test_the_folder_of_a_process_that_lives_is_left_alone(temporary: Path) -> None:
    holder, held = _held_folder(temporary)
    try:
        with Scratch() as scratch:
            made = scratch.folder
            assert {*temporary.iterdir()} == {held, made}
            assert (held / "half").read_bytes() == b"x"
    finally:
        _end(holder)


def test_a_folder_that_may_not_be_locked_yet_is_left_alone(temporary: Path) -> None:
    young = Path(tempfile.mkdtemp(prefix="evalserve-scratch-"))

    with Scratch() as scratch:
        made = scratch.folder
        assert {*temporary.iterdir()} == {young, made}


@pytest.mark.usefixtures("temporary")
def test_what_an_attempt_reads_as_it_goes_is_work_beside_its_files() -> None:
    with Scratch() as scratch:
        scratch.count_read(10_000)
        scratch.count_read(500)
        before = scratch.work_bytes()
        (scratch.folder / "file").write_bytes(os.urandom(8192))

        assert (before, scratch.work_bytes()) == (10_500, 10_500 + scratch.size_bytes())
        assert scratch.size_bytes() >= 8192
