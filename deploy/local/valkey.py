"""The Valkey server of the stack."""

import os
import socket
from pathlib import Path

from deploy.local import binaries
from deploy.local.errors import NotReady
from deploy.local.process import Process
from deploy.local.server import Server

_CHECK_S = 2.0
_PONG = b"+OK\r\n+PONG\r\n"


class Valkey(Server):
    """Valkey with its append-only file; carries wake-ups and counters."""

    name = "valkey"

    @property
    def environment(self) -> dict[str, str]:
        """REDIS_URL."""
        return {"REDIS_URL": f"redis://:{self.credentials.redis_password}@127.0.0.1:{self.ports[0]}/0"}

    def prepare(self) -> None:
        """Write the configuration file; a password on the command line would show in the process list."""
        self.make_home()
        settings = {
            "port": self.ports[0],
            "bind": "127.0.0.1",
            "dir": _quoted(self.home),
            "requirepass": self.credentials.redis_password,
            "save": '""',
            "appendonly": "yes",
            "appendfsync": "everysec" if self.durable else "no",
            "maxmemory-policy": "noeviction",
        }
        descriptor = os.open(self._configuration, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "w") as file:
            file.writelines(f"{key} {value}\n" for key, value in settings.items())

    def process(self) -> Process:
        """The server in the foreground."""
        command = [str(binaries.valkey_server()), str(self._configuration)]
        return Process(self.name, command, data=self.data, environment=self.base_environment(), folder=self.home)

    def check(self) -> None:
        """PING with the password."""
        # Spoken here: a client's library would keep 10 MiB of this process for two lines.
        try:
            with socket.create_connection(("127.0.0.1", self.ports[0]), _CHECK_S) as connection:
                connection.sendall(f"AUTH {self.credentials.redis_password}\r\nPING\r\n".encode())
                with connection.makefile("rb") as answers:
                    answer = answers.readline() + answers.readline()
        except OSError as error:
            raise NotReady(str(error)) from error
        if answer != _PONG:
            raise NotReady(answer.decode(errors="replace").strip())

    @property
    def _configuration(self) -> Path:
        return self.home / "valkey.conf"


def _quoted(path: Path) -> str:
    return '"' + str(path).replace("\\", "\\\\").replace('"', '\\"') + '"'
