"""The passwords and keys of one data directory, made once and readable by its owner only."""

import json
import os
import secrets
from dataclasses import asdict, dataclass, field, fields
from pathlib import Path

from deploy.local.errors import CannotStart


def _random() -> str:
    return secrets.token_urlsafe(32)


@dataclass(frozen=True, slots=True, repr=False)
class Credentials:
    """Every secret of an embedded stack."""

    database_password: str = field(default_factory=_random)
    redis_password: str = field(default_factory=_random)
    s3_access_key_id: str = field(default_factory=lambda: secrets.token_hex(10))
    s3_secret_access_key: str = field(default_factory=_random)
    secret_key: str = field(default_factory=_random)
    admin_password: str = field(default_factory=lambda: secrets.token_urlsafe(12))
    ml_callback_secret: str = field(default_factory=lambda: secrets.token_hex(32))


# Secrets that older data directories lack; they are added at the next start.
_ADDED_LATER = ("ml_callback_secret",)


def load_or_create(folder: Path) -> tuple[Credentials, bool]:
    """Return the folder's credentials, and whether they were created by this call."""
    path = folder / "credentials.json"
    try:
        stored = json.loads(path.read_text())
        names = [item.name for item in fields(Credentials) if item.name in stored or item.name not in _ADDED_LATER]
        credentials = Credentials(**{name: str(stored[name]) for name in names})
        if len(names) < len(fields(Credentials)):
            _write(path, json.dumps(asdict(credentials), indent=1))
    except FileNotFoundError:
        created = Credentials()
        _write(path, json.dumps(asdict(created), indent=1))
        return created, True
    except (ValueError, KeyError, TypeError) as error:
        raise CannotStart(f"{path} is damaged. Restore it from a copy, or choose another DATA_DIR.") from error
    return credentials, False


def _write(path: Path, text: str) -> None:
    # Renamed when complete: half a file of passwords would lock the owner out of the data.
    partial = path.with_suffix(".part")
    partial.unlink(missing_ok=True)
    descriptor = os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w") as file:
        file.write(text)
        file.flush()
        os.fsync(descriptor)
    partial.replace(path)
