"""The three servers together."""

from collections.abc import Collection
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from types import TracebackType
from typing import Self

from deploy.local.credentials import load_or_create
from deploy.local.datadir import DataDir
from deploy.local.postgres import Postgres
from deploy.local.seaweedfs import DEFAULT_BUCKET, SeaweedFS
from deploy.local.server import Conditions, Server
from deploy.local.valkey import Valkey

EVERY_SERVER = frozenset({"postgres", "valkey", "s3"})


class Stack:
    """Postgres, Valkey and SeaweedFS on one data directory, from `with Stack(path) as stack:` to its end.

    `durable=False` trades the survival of a power cut for speed. Raises CannotStart.
    """

    def __init__(
        self,
        data_dir: Path,
        *,
        durable: bool = True,
        embed: Collection[str] = EVERY_SERVER,
        avoid_ports: Collection[int] = (),
        bucket: str = DEFAULT_BUCKET,
    ) -> None:
        self.data = DataDir(data_dir)
        self._durable = durable
        self._embed = embed
        self._avoid_ports = avoid_ports
        self._bucket = bucket
        self.servers: list[Server] = []

    def open(self) -> None:
        """Claim the data directory and read its credentials; nothing runs yet."""
        self.data.lock()
        try:
            self.credentials, self.is_new = load_or_create(self.data.path)
        except BaseException:
            self.data.unlock()
            raise
        conditions = Conditions(self.data, self.credentials, durable=self._durable, avoid_ports=self._avoid_ports)
        self.postgres = Postgres(conditions)
        self.valkey = Valkey(conditions)
        self.s3 = SeaweedFS(conditions)
        self.s3.bucket = self._bucket
        self.servers = [server for server in (self.postgres, self.valkey, self.s3) if server.name in self._embed]

    def start(self) -> None:
        """Start the servers side by side and return when all of them answer."""
        if not self.servers:
            return
        with ThreadPoolExecutor(len(self.servers)) as threads:
            starting = [threads.submit(server.start) for server in self.servers]
            try:
                for started in starting:
                    started.result()
            except BaseException:
                for server in self.servers:
                    server.give_up()
                raise

    def close(self) -> None:
        """Stop the servers and release the data directory."""
        if self.servers:
            with ThreadPoolExecutor(len(self.servers)) as threads:
                list(threads.map(lambda server: server.stop(), self.servers))
        self.data.unlock()

    @property
    def environment(self) -> dict[str, str]:
        """The settings of the service's processes: those that lead to the servers, and SECRET_KEY."""
        settings = {"SECRET_KEY": self.credentials.secret_key}
        for server in self.servers:
            settings |= server.environment
        return settings

    def __enter__(self) -> Self:
        self.open()
        try:
            self.start()
        except BaseException:
            self.close()
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()
