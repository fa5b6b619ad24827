"""Where the service is, and the key for it: from arguments, the environment, or what `evalserve login` stored."""

import json
import os
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

from evalserve.connection import keys
from evalserve.errors import NotConfigured

_ONLY_OWNER = 0o600


@dataclass(frozen=True)
class Configuration:
    """The address of a service and an API key for it; the key is never printed."""

    url: str
    api_key: str = field(repr=False)


def load(url: str | None = None, api_key: str | None = None) -> Configuration:
    """Return what is configured: arguments first, then EVALSERVE_URL and EVALSERVE_API_KEY, then what is stored.

    Raises NotConfigured.
    """
    url, api_key = url or os.environ.get("EVALSERVE_URL"), api_key or os.environ.get("EVALSERVE_API_KEY")
    stored = {} if url and api_key else _stored()
    url = (url or stored.get("url") or "").rstrip("/")
    if not url:
        raise NotConfigured("The address of the service is missing: run `evalserve login`, or set EVALSERVE_URL.")
    # A key is for the service that it was stored with, and is sent to no other.
    if not api_key and stored.get("url") == url:
        api_key = stored.get("api_key") or keys.find(url)
    if not api_key:
        raise NotConfigured("The API key is missing: run `evalserve login`, or set EVALSERVE_API_KEY.")
    return checked(url, api_key)


def checked(url: str, api_key: str) -> Configuration:
    """Return an address and a key; raises NotConfigured where they cannot be those of a service."""
    url = url.rstrip("/")
    try:
        parts = urlsplit(url)
        is_address = parts.scheme in {"http", "https"} and bool(parts.hostname) and parts.port != 0
    except ValueError:
        is_address = False
    if not is_address or not url.isprintable() or " " in url:
        raise NotConfigured("The address of the service begins with http:// or https://, such as https://example.com.")
    if "@" in parts.netloc:
        # It would stand in the links to pages.
        raise NotConfigured("The address of the service has no user and password: leave them out.")
    if not (api_key.isascii() and api_key.isprintable()):
        raise NotConfigured("The API key has characters that no key has: copy it once more.")
    return Configuration(url, api_key)


def store(configuration: Configuration) -> tuple[Path, bool]:
    """Store an address and a key where only the user can read them: the key in the keyring, or beside the address.

    Returns the path of the file, and whether the key is in the keyring. Raises OSError.
    """
    path, is_in_keyring = _path(), keys.keep(configuration.url, configuration.api_key)
    noted = {"url": configuration.url} | ({} if is_in_keyring else {"api_key": configuration.api_key})
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_suffix(".new")
    partial.unlink(missing_ok=True)
    with os.fdopen(os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_EXCL, _ONLY_OWNER), "w") as file:
        json.dump(noted, file)
    partial.replace(path)
    return path, is_in_keyring


def forget() -> str | None:
    """Remove what `store` stored, in the file and in the keyring; returns the address, None where there was none."""
    try:
        url = _stored().get("url")
    except NotConfigured:
        # What cannot be read may hold a key all the same.
        url = None
    _path().unlink(missing_ok=True)
    if url is not None:
        keys.remove(url)
    return url


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
