"""`python -m deploy.local run`: the whole service on one machine, from nothing to ready, until a signal stops it."""

import os
import sys
import time
from collections.abc import Mapping, Sequence
from http import HTTPStatus

from deploy.local.commands import Commands
from deploy.local.errors import CannotStart
from deploy.local.forking import Nursery
from deploy.local.local_http import get
from deploy.local.options import PROJECT, Options, check_outside, embedded, service_environment
from deploy.local.ports import refusal
from deploy.local.process import Process
from deploy.local.seaweedfs import DEFAULT_BUCKET
from deploy.local.signals import StopRequested, StopSignals
from deploy.local.stack import Stack
from deploy.local.supervisor import Part, Watch, keep_alive, stop_all

_MIGRATE_S = 120.0
_READY_S = 90.0
# Together less than the 10 s after which a person, or an init system, loses patience.
_STOP_PARTS_S, _STOP_SERVERS_S = 5.5, 3.5
# Only a delivery under way has longer, as long as its receiver may take: cut off, it would be sent twice. This is the
# time to record its outcome.
_SETTLE_S = 2.0
# The default of the setting, which is not imported: it would take more memory than all the rest of this process.
WEBHOOK_TIMEOUT_S = 15.0
_GREETING = """\
evalserve is ready: {url}
  KEY=$(curl -s {url}/sign_up/ {url}/sign_in/ -H content-type:application/json \
-d '{{"email": "me@example.com", "password": "change-me"}}' | grep -o 'evs_[^"]*' | tail -n 1)
  CM=$(curl -s {url}/cm/create -H "X-API-Key: $KEY" -H content-type:application/json \
-d '{{"actual_vector": [1, 1, 0], "predicted_vector": [1, 0, 0]}}' | sed 's/.*"uid": *"\\([^"]*\\)".*/\\1/')
  curl -s "{url}/cm/?cm_uid=$CM" -H "X-API-Key: $KEY"
API: {url}/docs   Examples: make demo EVALSERVE_URL={url}   Logs: {logs}   Stop: Ctrl-C"""


def run(options: Options, commands: Commands) -> int:
    """Run the service until SIGINT, SIGTERM or SIGHUP; the exit code is 0 then, and 1 when it cannot start."""
    signals = StopSignals()
    signals.install()
    service = _Service(options, commands, signals)
    try:
        service.run()
    except CannotStart as error:
        print(f"evalserve cannot start: {error}", file=sys.stderr, flush=True)
        return 1
    except StopRequested:
        pass
    return 0


class _Service:
    def __init__(self, options: Options, commands: Commands, signals: StopSignals) -> None:
        self._options = options
        self._commands = commands
        self._signals = signals
        self._parts: list[Process] = []
        self._stack = Stack(
            options.data_dir,
            embed=embedded(os.environ),
            avoid_ports={options.port},
            bucket=os.environ.get("S3_BUCKET") or DEFAULT_BUCKET,
        )

        logs = self._stack.data.logs
        self._nursery = Nursery(PROJECT, logs / "nursery.log", os.environ, first=("alembic", "api"))

    def run(self) -> None:
        check_outside(os.environ)
        self._stack.open()
        try:
            self._start()
            self._signals.interrupt = False
            keep_alive(self._watches, until=self._signals.stop_requested.is_set)
        finally:
            self._signals.interrupt = False
            self._stop()

    def _start(self) -> None:
        self._check_port()
        if self._stack.is_new:
            self._show_secrets()
        if Nursery.takes(self._commands.migrate):
            # It loads while the servers start.
            self._nursery.start()
        self._stack.start()
        if self._stack.postgres in self._stack.servers and not self._stack.postgres.has_socket:
            _say("Postgres is reached over TCP, which is slower: no folder that is private and short holds its socket.")
        environment = service_environment(
            os.environ, self._stack.environment, self._stack.credentials, host=self._options.host
        )
        migrate = self._process("migrate", self._commands.migrate, environment)
        # The api names the host of each request in its links, so that a tunnel works; the others have no request.
        fallback = {"PUBLIC_URL": self._options.url}
        api, *others = (
            self._process(name, line, environment if name == "api" else fallback | environment)
            for name, line in self._commands.parts.items()
        )
        self._parts = [migrate, api, *others]
        migrate.spawn()
        # The api loads its libraries meanwhile; until the tables exist, /readyz names what is missing.
        api.spawn()
        self._await_end(migrate)
        self._watches = self._watch([*self._stack.servers, api])
        self._await_ready()
        # Started last: six processes that load their libraries side by side would delay the first answer.
        for part in others:
            part.spawn()
        self._watches += self._watch(others)
        _say(_GREETING.format(url=self._options.url, logs=self._stack.data.logs))

    def _show_secrets(self) -> None:
        credentials = self._stack.credentials
        if not os.environ.get("PYCM_API_ADMIN_PASSWORD"):
            admin = os.environ.get("PYCM_API_ADMIN") or "admin"
            _say(f"The admin of this service is {admin} with the password {credentials.admin_password}")
        if not os.environ.get("ML_CALLBACK_HMAC_SECRET"):
            _say(f"Pipelines sign what they send with ML_CALLBACK_HMAC_SECRET={credentials.ml_callback_secret}")
        _say(f"(shown once; kept in {self._stack.data.path / 'credentials.json'})")

    def _check_port(self) -> None:
        options = self._options
        if error := refusal(options.host, options.port):
            raise CannotStart(
                f"Nothing can listen on {options.host} port {options.port} ({error.strerror}). "
                f"Choose another port with PORT, for example PORT={options.port % 65_000 + 1}."
            )

    def _await_end(self, migrate: Process) -> None:
        if not migrate.wait(_MIGRATE_S) or migrate.exit_code != 0:
            raise CannotStart(f"The migrations of the database failed:\n{migrate.tail(20)}")

    def _await_ready(self) -> None:
        deadline = time.monotonic() + _READY_S
        url = f"{self._options.url}/readyz"
        keep_alive(self._watches, until=lambda: _missing(url) is None or time.monotonic() > deadline)
        if missing := _missing(url):
            raise CannotStart(
                f"It is not ready after {_READY_S:.0f} s: {missing}. The logs are in {self._stack.data.logs}."
            )

    def _process(self, name: str, command: tuple[str, ...], environment: dict[str, str]) -> Process:
        return Process(
            name, command, data=self._stack.data, environment=environment, folder=PROJECT, nursery=self._nursery
        )

    def _watch(self, parts: Sequence[Part]) -> list[Watch]:
        return [Watch(part, _say) for part in parts]

    def _stop(self) -> None:
        if self._signals.stop_requested.is_set():
            _say("Stopping.")
        longer = {"loops": _webhook_timeout_s(os.environ) + _SETTLE_S}
        stop_all(self._parts, seconds=_STOP_PARTS_S, hurry=self._signals.hurry, longer=longer, say=_say)
        self._nursery.stop()
        stop_all(self._stack.servers, seconds=_STOP_SERVERS_S, hurry=self._signals.hurry)
        self._stack.close()


def _webhook_timeout_s(environment: Mapping[str, str]) -> float:
    return float(environment.get("WEBHOOK_TIMEOUT_S") or WEBHOOK_TIMEOUT_S)


def _missing(url: str) -> str | None:
    """Return the reason why the service is not ready, or None."""
    try:
        status, body = get(url)
    except OSError as error:
        return f"{url} does not answer ({error})"
    return None if status == HTTPStatus.OK else f"{url} answers {status}: {body[:1000]}"


def _say(text: str) -> None:
    print(text, flush=True)
