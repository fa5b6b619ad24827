"""The options of `run`, and the environment of the service's processes."""

import argparse
from collections.abc import Mapping
from dataclasses import dataclass
from ipaddress import ip_address
from pathlib import Path

from deploy.local.credentials import Credentials
from deploy.local.errors import CannotStart

PROJECT = Path(__file__).parents[2]
_LOOPBACK_NAMES = "127.0.0.1,localhost"
# The variable that names an external server instead of an embedded one; prefixes of variables that its clients read.
_OUTSIDE = {"postgres": "DATABASE_URL", "valkey": "REDIS_URL", "s3": "S3_ENDPOINT_URL"}
_CLIENT_PREFIXES = {"postgres": ("PG",), "valkey": (), "s3": ("S3_", "AWS_")}
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
        """The address of the service for a person on this machine."""
        host = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(self.host, self.host)  # noqa: S104 - compared, not bound
        return f"http://[{host}]:{self.port}" if ":" in host else f"http://{host}:{self.port}"


def add_options(parser: argparse.ArgumentParser) -> None:
    """Declare the options of the command line of `run`."""
    parser.add_argument("--data-dir", help="where everything is kept (DATA_DIR; .run/data)")
    parser.add_argument("--host", help="the address to listen on (HOST; 127.0.0.1)")
    parser.add_argument("--port", help="the port to listen on (PORT; 8000)")


def options(arguments: argparse.Namespace, environment: Mapping[str, str]) -> Options:
    """Complete the command line from the environment; raises CannotStart."""
    data_dir = arguments.data_dir or environment.get("DATA_DIR") or str(PROJECT / ".run" / "data")
    return Options(
        data_dir=Path(data_dir).expanduser(),
        host=arguments.host or environment.get("HOST") or "127.0.0.1",
        port=_whole_number("PORT", arguments.port or environment.get("PORT") or "8000", most=65_535),
        api_workers=_whole_number("API_WORKERS", environment.get("API_WORKERS") or "2", most=256),
        worker_concurrency=_whole_number("WORKER_CONCURRENCY", environment.get("WORKER_CONCURRENCY") or "2", most=256),
    )


def embedded(environment: Mapping[str, str]) -> frozenset[str]:
    """Return the servers that the environment does not replace by external ones."""
    return frozenset(server for server, variable in _OUTSIDE.items() if not environment.get(variable))


def check_outside(environment: Mapping[str, str]) -> None:
    """Raise CannotStart when an external server lacks its credentials."""
    needed = ("S3_ACCESS_KEY_ID", "S3_SECRET_ACCESS_KEY")
    if "s3" not in embedded(environment) and not all(environment.get(name) for name in needed):
        raise CannotStart("S3_ENDPOINT_URL is set, so S3_ACCESS_KEY_ID and S3_SECRET_ACCESS_KEY must be set too.")


def service_environment(
    user: Mapping[str, str], stack: Mapping[str, str], credentials: Credentials, *, host: str
) -> dict[str, str]:
    """Return the environment of the service's processes: development defaults, the user's settings, the stack's.

    Webhooks reach this machine only if nobody else reaches the service.

    The user's variables that would lead a client past an embedded server are left out.
    """
    excluded_prefixes = tuple(prefix for server in embedded(user) for prefix in _CLIENT_PREFIXES[server])
    user_settings = {name: value for name, value in user.items() if value and not name.startswith(excluded_prefixes)}
    defaults = {
        "PYCM_API_ADMIN": "admin",
        "PYCM_API_ADMIN_PASSWORD": credentials.admin_password,
        "ML_CALLBACK_HMAC_SECRET": credentials.ml_callback_secret,
        **({"WEBHOOK_ALLOW_NETS": "127.0.0.0/8,::1/128"} if _is_loopback(host) else {}),
        "SHUTDOWN_GRACE_S": "2",  # everything has to end within ten seconds
        "PYTHONUNBUFFERED": "1",  # logs are read while they are written
    }
    preferred = {name: user[name] for name in _PREFERRED_TO_STACK if user.get(name)}
    # The user's HTTP proxy is for other hosts only.
    proxy_exceptions = {
        name: ",".join(filter(None, (user.get(name), _LOOPBACK_NAMES))) for name in ("NO_PROXY", "no_proxy")
    }
    return {**defaults, **user_settings, **stack, **preferred, **proxy_exceptions}


def _is_loopback(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _whole_number(name: str, text: str, *, most: int) -> int:
    if text.isascii() and text.isdigit() and 1 <= int(text) <= most:
        return int(text)
    raise CannotStart(f"{name} must be a whole number from 1 to {most}, not {text!r}.")
