"""What `run` was asked to do, and the environment it gives to the service's processes."""

import argparse
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from deploy.local.credentials import Credentials
from deploy.local.errors import CannotStart

PROJECT = Path(__file__).parents[2]
_LOOPBACK_NAMES = "127.0.0.1,localhost"
# A server given from outside, by the variable that leads to it; the variables that its clients read besides.
_OUTSIDE = {"postgres": "DATABASE_URL", "valkey": "REDIS_URL", "s3": "S3_ENDPOINT_URL"}
_READ_BESIDES = {"postgres": ("PG",), "valkey": (), "s3": ("S3_", "AWS_")}
_PREFERRED_TO_STACK = ("SECRET_KEY", "S3_BUCKET", "S3_REGION", "S3_PUBLIC_ENDPOINT_URL")


@dataclass(frozen=True, slots=True)
class Options:
    """The command line of `run`; what it leaves out comes from the environment."""

    data_dir: Path
    host: str
    port: int
    api_workers: int
    worker_concurrency: int

    @property
    def url(self) -> str:
        """Where a person on this machine finds the service."""
        host = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(self.host, self.host)  # noqa: S104 - compared, not bound
        return f"http://[{host}]:{self.port}" if ":" in host else f"http://{host}:{self.port}"


def add_options(parser: argparse.ArgumentParser) -> None:
    """Declare what the command line of `run` may say."""
    parser.add_argument("--data-dir", help="where everything is kept (DATA_DIR; .run/data)")
    parser.add_argument("--host", help="the address to listen on (HOST; 127.0.0.1)")
    parser.add_argument("--port", help="the port to listen on (PORT; 8000)")


def options(given: argparse.Namespace, environment: Mapping[str, str]) -> Options:
    """The command line completed from the environment, or CannotStart."""
    data_dir = given.data_dir or environment.get("DATA_DIR") or str(PROJECT / ".run" / "data")
    return Options(
        data_dir=Path(data_dir).expanduser(),
        host=given.host or environment.get("HOST") or "127.0.0.1",
        port=_whole_number("PORT", given.port or environment.get("PORT") or "8000", most=65_535),
        api_workers=_whole_number("API_WORKERS", environment.get("API_WORKERS") or "2", most=256),
        worker_concurrency=_whole_number("WORKER_CONCURRENCY", environment.get("WORKER_CONCURRENCY") or "2", most=256),
    )


def embedded(environment: Mapping[str, str]) -> frozenset[str]:
    """The servers that the environment does not give from outside."""
    return frozenset(server for server, variable in _OUTSIDE.items() if not environment.get(variable))


def check_outside(environment: Mapping[str, str]) -> None:
    """Raise CannotStart when a server given from outside lacks its credentials."""
    needed = ("S3_ACCESS_KEY_ID", "S3_SECRET_ACCESS_KEY")
    if "s3" not in embedded(environment) and not all(environment.get(name) for name in needed):
        raise CannotStart("S3_ENDPOINT_URL is set, so S3_ACCESS_KEY_ID and S3_SECRET_ACCESS_KEY must be set too.")


def service_environment(user: Mapping[str, str], stack: Mapping[str, str], credentials: Credentials) -> dict[str, str]:
    """The environment of the service's processes: defaults for development, the user's own settings, the stack's.

    The user's variables that would lead a client past an embedded server are left out.
    """
    unwanted = tuple(prefix for server in embedded(user) for prefix in _READ_BESIDES[server])
    own = {name: value for name, value in user.items() if value and not name.startswith(unwanted)}
    defaults = {
        "PYCM_API_ADMIN": "admin",
        "PYCM_API_ADMIN_PASSWORD": credentials.admin_password,
        "ML_CALLBACK_HMAC_SECRET": credentials.ml_callback_secret,
        "WEBHOOK_ALLOW_NETS": "127.0.0.0/8,::1/128",
        "SHUTDOWN_GRACE_S": "2",  # everything has to end within ten seconds
        "PYTHONUNBUFFERED": "1",  # logs are read while they are written
    }
    preferred = {name: user[name] for name in _PREFERRED_TO_STACK if user.get(name)}
    # An HTTP proxy of the user's is for the world outside.
    spared = {name: ",".join(filter(None, (user.get(name), _LOOPBACK_NAMES))) for name in ("NO_PROXY", "no_proxy")}
    return {**defaults, **own, **stack, **preferred, **spared}


def _whole_number(name: str, text: str, *, most: int) -> int:
    if text.isascii() and text.isdigit() and 1 <= int(text) <= most:
        return int(text)
    raise CannotStart(f"{name} must be a whole number from 1 to {most}, not {text!r}.")
