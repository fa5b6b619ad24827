"""Files that are given by their address."""

from pathlib import Path
from urllib.parse import unquote, urlsplit

import httpx2

from evalserve.errors import InputRefused

_SCHEMES = ("http://", "https://")
# Between two pieces of the file, not for all of it.
_TIMEOUT_S = 60
_NAMELESS = "predictions"


def is_address(data: object) -> bool:
    """Return whether this is the address of a file and not its path."""
    return isinstance(data, str) and data.lower().startswith(_SCHEMES)


def download(address: str, folder: Path) -> Path:
    """Write what lies at an address into a folder, under the name that it has there; raises InputRefused.

    The API key is not sent. The size of the file does not matter: it is held in pieces.
    """
    try:
        path = folder / (Path(unquote(urlsplit(address).path)).name or _NAMELESS)
        with (
            httpx2.stream("GET", address, follow_redirects=True, timeout=_TIMEOUT_S) as answer,
            path.open("wb") as file,
        ):
            answer.raise_for_status()
            for piece in answer.iter_bytes():
                file.write(piece)
    except httpx2.HTTPStatusError as error:
        raise InputRefused(f"{_shown(address)} answers with {error.response.status_code}.") from error
    except (httpx2.TransportError, httpx2.InvalidURL, ValueError) as error:
        raise InputRefused(f"{_shown(address)} cannot be read: {type(error).__name__}.") from error
    return path


def _shown(address: str) -> str:
    """The address without what may be a secret of it: password and query."""
    return address.partition("?")[0].rpartition("@")[2] if "@" in address else address.partition("?")[0]
