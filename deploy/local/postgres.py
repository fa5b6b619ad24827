"""The Postgres server of the stack."""

import os
import shutil
import signal
import subprocess
from pathlib import Path
from urllib.parse import quote

from deploy.local import binaries
from deploy.local.errors import CannotStart, NotReady
from deploy.local.process import Process
from deploy.local.server import Conditions, Server
from deploy.local.socket_folder import SocketFolder
from deploy.local.unprivileged import Identity, give_to, identity

_USER = _DATABASE = "evalserve"
_INITDB_S = 120.0
# Two api workers, the Celery processes, the dispatcher and a person with psql, each with a pool of ten.
_MAX_CONNECTIONS = 200


class Postgres(Server):
    """Postgres with password authentication and one database.

    The service reaches it over a Unix socket, which costs a statement less than TCP; tools reach it over TCP as well.
    """

    name = "postgres"
    stop_signal = signal.SIGINT  # "fast": SIGTERM would wait until the last client has gone

    def __init__(self, conditions: Conditions) -> None:
        super().__init__(conditions)
        self._sockets = SocketFolder(self.home, self.credentials.database_password)

    @property
    def environment(self) -> dict[str, str]:
        """DATABASE_URL: over the socket of a server that was started here, if it has one, and over TCP otherwise."""
        password = self.credentials.database_password
        address = f"{quote(self._host, safe='')}:{self.ports[0]}"
        return {"DATABASE_URL": f"postgresql://{_USER}:{password}@{address}/{_DATABASE}"}

    @property
    def has_socket(self) -> bool:
        """Whether a folder was found for its socket."""
        return self._sockets.path is not None

    @property
    def identity(self) -> Identity:
        """The user that the server runs as."""
        return identity()

    def prepare(self) -> None:
        """Make the cluster at the first start, and remove the lock files that a crash left."""
        self.make_home()
        self._sockets.prepare()
        if not self._cluster.exists():
            self._initialise()
        give_to(self.identity.owner, self._cluster)
        # After a crash its process id may belong to another process by now, and Postgres would refuse to start.
        # The lock on the data directory proves that none of our servers is left; Postgres itself still checks its
        # shared memory.
        (self._cluster / "postmaster.pid").unlink(missing_ok=True)

    def process(self) -> Process:
        """The server in the foreground."""
        options = {
            "listen_addresses": "127.0.0.1",
            "port": self.ports[0],
            "unix_socket_directories": self._sockets.path or "",
            "unix_socket_permissions": "0700",
            "max_connections": _MAX_CONNECTIONS,
            # At rest, the processes that read for others and the one that looks for replicas hold 8 MiB.
            "io_method": "sync",
            "max_logical_replication_workers": 0,
            # All of both is written to at the start, 3 MiB each if left alone. Nothing here is serializable, and a
            # commit is a few KiB.
            "max_pred_locks_per_transaction": 10,
            "wal_buffers": "1MB",
        }
        if not self.durable:
            # A commit still reaches the kernel, so killing the server loses nothing; only the machine may not die.
            options |= {"fsync": "off", "full_page_writes": "off"}
        settings = [part for key, value in options.items() for part in ("-c", f"{key}={value}")]
        return self._program(self.name, "postgres", "-D", str(self._cluster), *settings)

    def check(self) -> None:
        """Ask with the password whether the database is there, and make it if not."""
        databases = self._client("psql", "-XAtw", "-d", "postgres", "-c", "SELECT datname FROM pg_database")
        if _DATABASE not in databases.split():
            self._client("createdb", "-w", _DATABASE)

    def stop(self) -> None:
        """End the server properly and remove the temporary folder of its socket."""
        super().stop()
        self._sockets.remove()

    @property
    def _host(self) -> str:
        return str(self._sockets.path or "127.0.0.1")

    @property
    def _cluster(self) -> Path:
        return self.home / "cluster"

    def _initialise(self) -> None:
        partial, passwords = self.home / "cluster.part", self.home / "password"
        shutil.rmtree(partial, ignore_errors=True)
        descriptor = os.open(passwords, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "w") as file:
            file.write(self.credentials.database_password)
        options = ["-U", _USER, "--auth=scram-sha-256", f"--pwfile={passwords}", "--encoding=UTF8"]
        options += ["--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--locale=C"]
        options += [] if self.durable else ["--no-sync"]
        initdb = self._program("initdb", "initdb", "-D", str(partial), *options)
        initdb.spawn()
        has_ended = initdb.wait(_INITDB_S)
        initdb.kill()
        passwords.unlink()
        if not has_ended or initdb.exit_code != 0:
            raise CannotStart(f"Postgres cannot make its files in {self.home}:\n{initdb.tail()}")
        partial.rename(self._cluster)  # only a complete cluster ever has the final name

    def _program(self, name: str, program: str, *arguments: str) -> Process:
        command = [*self.identity.prefix, str(binaries.postgres(program)), *arguments]
        environment = self.base_environment()
        return Process(
            name,
            command,
            data=self.data,
            environment=environment,
            folder=self.home,
            stop_signal=self.stop_signal,
        )

    def _client(self, program: str, *arguments: str) -> str:
        environment = self.base_environment(
            PGHOST=self._host,
            PGPORT=str(self.ports[0]),
            PGUSER=_USER,
            PGPASSWORD=self.credentials.database_password,
            PGCONNECT_TIMEOUT="5",
        )
        result = subprocess.run(
            [str(binaries.postgres(program)), *arguments], env=environment, capture_output=True, text=True, check=False
        )
        if result.returncode != 0:
            raise NotReady(result.stderr.strip())
        return result.stdout
