"""Files of any size, in parts by presigned links: continued after an interruption, and never sent twice."""

import base64
import hashlib
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

from evalserve.connection.configuration import cache_folder
from evalserve.connection.steps import AtOnce, Request, Steps, post
from evalserve.errors import InputRefused, ServiceUnavailable

# Called with the bytes that have arrived and the bytes of the whole file.
Progress = Callable[[int, int], None]

_HASH_BYTES = 2**20

# While one part is stored, the next is on its way and another one is hashed; all of them lie in memory.
_PARTS_AT_ONCE, _BYTES_AT_ONCE = 4, 64 * 2**20


def upload(url: str, path: Path, filename: str, progress: Progress | None = None) -> Steps[str]:
    """Upload a file, or what has not arrived of it; returns the id of the upload.

    A file with the same content that the account has sent already is not sent again. Raises InputRefused.
    """
    if not path.is_file():
        raise InputRefused(f"There is no file {path}.")
    sha256 = digest(path)
    note = _Note(url, sha256)
    state = yield from _open(note, path, filename, sha256)
    if state["status"] == "pending":
        yield from _send_parts(path, state, progress)
        state = (yield post(state["complete_url"], json={})).json()
    note.remove()
    if state["status"] != "completed":
        raise ServiceUnavailable(f"The upload has the status {state['status']}; send the file again.")
    upload_id: str = state["id"]
    return upload_id


def digest(path: Path) -> str:
    """Return the SHA-256 of a file in hexadecimal."""
    sha256 = hashlib.sha256()
    with path.open("rb") as file:
        while piece := file.read(_HASH_BYTES):
            sha256.update(piece)
    return sha256.hexdigest()


class _Note:
    """The id of an unfinished upload, beside which a later run of the program goes on."""

    def __init__(self, url: str, sha256: str) -> None:
        name = hashlib.sha256(f"{url}\n{sha256}".encode()).hexdigest()
        self._path = cache_folder() / f"upload-{name}.json"

    def read(self) -> str | None:
        """Return the id, or None."""
        try:
            upload_id = json.loads(self._path.read_text())
        except (OSError, ValueError):
            return None
        return upload_id if isinstance(upload_id, str) else None

    def write(self, upload_id: str) -> None:
        """Keep the id. Without a place for it an interrupted upload begins again, which does no harm."""
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            self._path.write_text(json.dumps(upload_id))
        except OSError:
            return

    def remove(self) -> None:
        """Forget the id."""
        self._path.unlink(missing_ok=True)


def _open(note: _Note, path: Path, filename: str, sha256: str) -> Steps[dict[str, Any]]:
    if upload_id := note.read():
        try:
            state: dict[str, Any] = (yield Request("GET", f"/v1/uploads/{upload_id}")).json()
        except InputRefused:
            # It has expired, or belongs to another account.
            note.remove()
        else:
            if state["status"] in {"pending", "completed"}:
                return state
    announced = {"filename": filename, "size_bytes": path.stat().st_size, "sha256": sha256}
    state = (yield post("/v1/uploads", json=announced)).json()
    note.write(state["id"])
    return state


def _send_parts(path: Path, state: dict[str, Any], progress: Progress | None) -> Steps[None]:
    size, part_size = path.stat().st_size, state["part_size_bytes"]
    received = {part["number"] for part in state.get("received", [])}
    sent = sum(min(part_size, size - (number - 1) * part_size) for number in received)

    def ended(part_bytes: int) -> None:
        nonlocal sent
        sent += part_bytes
        if progress is not None:
            progress(sent, size)

    missing = (number for number in range(1, state["part_count"] + 1) if number not in received)
    limit = min(_PARTS_AT_ONCE, max(1, _BYTES_AT_ONCE // part_size))
    yield AtOnce((_send_part(path, state, number) for number in missing), ended, limit)


def _send_part(path: Path, state: dict[str, Any], number: int) -> Steps[int]:
    """Send one part and return its bytes."""
    content = _read(path, (number - 1) * state["part_size_bytes"], state["part_size_bytes"])
    sha256 = base64.b64encode(hashlib.sha256(content).digest()).decode()
    wanted = {"numbers": [number], "sha256": {str(number): sha256}}
    link = (yield post(state["parts_url"], json=wanted)).json()["parts"][0]
    yield Request("PUT", link["url"], content=content, headers=link["headers"])
    return len(content)


def _read(path: Path, offset: int, size: int) -> bytes:
    with path.open("rb") as file:
        file.seek(offset)
        return file.read(size)
