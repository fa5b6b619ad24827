"""Files that are given by their address, which the client fetches itself: the service never opens it."""

from pathlib import Path
from typing import NamedTuple
from urllib.parse import unquote, urlsplit

import httpx2

from evalserve.errors import InputRefused

_SCHEMES = ("http://", "https://")
# Between two pieces of the file, not for all of it.
_TIMEOUT_S = 60
# Stores of files lead to another host once or twice; more is a loop.
_MAX_REDIRECTS = 5
# What a service takes of one file unless its operator chose otherwise; a page without an end must not fill the disk.
MAX_BYTES = 20 * 2**30
_NAMELESS = "predictions"
_MAX_NAME = 200


class Downloaded(NamedTuple):
    """A file that was fetched, and the name that it has at its address."""

    path: Path
    filename: str


def is_address(data: object) -> bool:
    """Return whether this is the address of a file and not its path."""
    return isinstance(data, str) and data.lower().startswith(_SCHEMES)


def name_of(address: str) -> str:
    """Return the name of the file at an address; raises InputRefused where it is no address."""
    try:
        return Path(unquote(urlsplit(address).path)).name[-_MAX_NAME:] or _NAMELESS
    except ValueError:
        raise InputRefused(f"{shown(address)} is no address.") from None


def download(address: str, folder: Path) -> Downloaded:
    """Write what lies at an address into a folder; raises InputRefused, and OSError where the disk is full.

    The API key is not sent, and nothing that may be a secret of the address is in an error: user, password and query.
    The file is held in pieces, and may have at most `MAX_BYTES`.
    """
    path, filename = folder / "downloaded", name_of(address)
    # Errors of httpx2 quote the whole address, so that none of them is kept as a cause.
    try:
        with (
            httpx2.Client(timeout=_TIMEOUT_S, follow_redirects=True, max_redirects=_MAX_REDIRECTS) as http,
            http.stream("GET", address) as answer,
        ):
            if not answer.is_success:
                raise InputRefused(f"{shown(address)} answers with {answer.status_code}.")
            _write(answer, path, address)
    except httpx2.TooManyRedirects:
        raise InputRefused(f"{shown(address)} leads on more than {_MAX_REDIRECTS} times.") from None
    except (httpx2.HTTPError, httpx2.InvalidURL, ValueError) as error:
        raise InputRefused(f"{shown(address)} cannot be read: {type(error).__name__}.") from None
    return Downloaded(path, filename)


def shown(address: str) -> str:
    """Return the address without user, password, query and fragment."""
    try:
        parts = urlsplit(address)
        host = parts.netloc.rpartition("@")[2]
    except ValueError:
        return "What was given"
    return f"{parts.scheme}://{host}{parts.path}"


def _write(answer: httpx2.Response, path: Path, address: str) -> None:
    size = 0
    with path.open("wb") as file:
        for piece in answer.iter_bytes():
            size += len(piece)
            if size > MAX_BYTES:
                raise InputRefused(f"{shown(address)} has more than {MAX_BYTES / 2**30:,.0f} GiB; send a smaller file.")
            file.write(piece)
