"""Where the service is, and the key for it: from arguments, the environment, or what `evalserve login` stored."""

import json
import os
from dataclasses import dataclass, field
from pathlib import Path

from evalserve.errors import NotConfigured

_ONLY_OWNER = 0o600


@dataclass(frozen=True)
class Configuration:
    """The address of a service and an API key for it; the key is never printed."""

    url: str
    api_key: str = field(repr=False)


def load(url: str | None = None, api_key: str | None = None) -> Configuration:
    """Return what is configured: arguments first, then EVALSERVE_URL and EVALSERVE_API_KEY, then the file.

    Raises NotConfigured.
    """
    stored = _stored()
    url = url or os.environ.get("EVALSERVE_URL") or stored.get("url")
    if not url:
        raise NotConfigured("The address of the service is missing: run `evalserve login`, or set EVALSERVE_URL.")
    # A key is for the service that it was stored with, and is sent to no other.
    stored_key = stored.get("api_key") if stored.get("url") == url.rstrip("/") else None
    api_key = api_key or os.environ.get("EVALSERVE_API_KEY") or stored_key
    if not api_key:
        raise NotConfigured("The API key is missing: run `evalserve login`, or set EVALSERVE_API_KEY.")
    return Configuration(url.rstrip("/"), api_key)


def store(configuration: Configuration) -> Path:
    """Store an address and a key where only the user can read them; returns the path."""
    path = _path()
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_suffix(".new")
    partial.unlink(missing_ok=True)
    with os.fdopen(os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_EXCL, _ONLY_OWNER), "w") as file:
        json.dump({"url": configuration.url, "api_key": configuration.api_key}, file)
    partial.replace(path)
    return path


def cache_folder() -> Path:
    """Return the folder for notes on interrupted uploads."""
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "evalserve"


def _path() -> Path:
    return Path(os.environ.get("XDG_CONFIG_HOME") or Path.home() / ".config") / "evalserve" / "login.json"


def _stored() -> dict[str, str]:
    try:
        stored = json.loads(_path().read_text())
    except FileNotFoundError:
        return {}
    except (OSError, ValueError) as error:
        raise NotConfigured(f"{_path()} cannot be read: run `evalserve login` again.") from error
    return stored if isinstance(stored, dict) else {}
