"""The S3 server of the stack."""

import hashlib
import json
from collections.abc import Iterable
from datetime import UTC, datetime
from http import HTTPStatus
from pathlib import Path

from deploy.local import binaries
from deploy.local.errors import NotReady
from deploy.local.local_http import get, head
from deploy.local.ports import free_ports
from deploy.local.process import Process
from deploy.local.server import Server
from shared.kit.storage.s3_signing import BucketSigner

_PORT_OPTIONS = (
    "s3.port",
    "s3.port.grpc",
    "master.port",
    "master.port.grpc",
    "volume.port",
    "volume.port.grpc",
    "filer.port",
    "filer.port.grpc",
    "admin.port",
    "admin.port.grpc",
)
# Left alone, it keeps names in eight databases, each with two buffers of 16 MiB from the second start on, of which Go
# fills a part with zeros: 50 MiB of memory more than with this one, which has a database for the bucket and one beside.
_STORE = '[leveldb3]\nenabled = true\ndir = "data/filerldb3"\n'
_USUAL_STORE = "filerldb2"
_NOTHING = hashlib.sha256(b"").hexdigest()
DEFAULT_BUCKET = "evalserve"
# The built-in maintenance worker looks for the admin part there, whatever admin.port.grpc says.
_ADMIN_GRPC_OFFSET = 10_000


class SeaweedFS(Server):
    """SeaweedFS in one process, with one bucket made at the start."""

    name = "s3"
    port_count = len(_PORT_OPTIONS)
    bucket = DEFAULT_BUCKET

    @property
    def environment(self) -> dict[str, str]:
        """The S3_* settings."""
        endpoint = f"http://127.0.0.1:{self.ports[0]}"
        return {
            "S3_ENDPOINT_URL": endpoint,
            "S3_ACCESS_KEY_ID": self.credentials.s3_access_key_id,
            "S3_SECRET_ACCESS_KEY": self.credentials.s3_secret_access_key,
            "S3_BUCKET": self.bucket,
        }

    def choose_ports(self) -> list[int]:
        """Find ten ports, the last one at the fixed distance from the one before."""
        others = free_ports(self.port_count - 2, avoid=self.avoid_ports)
        admin = free_ports(1, avoid={*self.avoid_ports, *others}, offset=_ADMIN_GRPC_OFFSET)[0]
        return [*others, admin, admin + _ADMIN_GRPC_OFFSET]

    def prepare(self) -> None:
        """Make the folders, and choose the store of names where none is there yet."""
        self.make_home()
        data = self.home / "data"
        data.mkdir(exist_ok=True)
        # Names that are in the usual store stay there: in another one, their objects would be gone.
        if not (data / _USUAL_STORE).exists():
            (self.home / "filer.toml").write_text(_STORE)

    def process(self) -> Process:
        """The server in the foreground."""
        options = {
            "dir": self.home / "data",
            "bucket": self.bucket,
            "s3.autoCreateBucket": "false",
            # Resuming an election's state races with the first report of the volumes: 5 s late in a third of starts.
            "master.resumeState": "false",
            "volume.preStopSeconds": 0,
            # Left alone, it would listen on every interface, report statistics to its makers and serve more protocols.
            "ip": "127.0.0.1",
            "ip.bind": "127.0.0.1",
            "master.telemetry": "false",
            "webdav": "false",
            "admin.ui": "false",
            "s3.port.iceberg": 0,
            "s3.port.lance": 0,
            **dict(zip(_PORT_OPTIONS, self.ports, strict=True)),
        }
        environment = self.base_environment(
            AWS_ACCESS_KEY_ID=self.credentials.s3_access_key_id,
            AWS_SECRET_ACCESS_KEY=self.credentials.s3_secret_access_key,
        )
        command = [str(binaries.weed()), "mini", *(f"-{key}={value}" for key, value in options.items())]
        return Process(self.name, command, data=self.data, environment=environment, folder=self.home)

    def check(self) -> None:
        """Ask for the stored volumes and the bucket: the server's own health page answers long before."""
        self._check_volumes()
        # Signed here: the library that does it takes more memory than all the rest of this process.
        signer = BucketSigner(
            self.environment["S3_ENDPOINT_URL"],
            self.bucket,
            "us-east-1",
            self.credentials.s3_access_key_id,
            self.credentials.s3_secret_access_key,
        )
        headers = signer.signed_headers("HEAD", "", sha256=_NOTHING, now=datetime.now(UTC), headers={})
        try:
            status = head(f"{signer.endpoint}{signer.path('')}", headers)
        except OSError as error:
            raise NotReady(str(error)) from error
        if status != HTTPStatus.OK:
            raise NotReady(f"its bucket answers {status}")

    def _check_volumes(self) -> None:
        # Until the volume server has reported to the master, stored objects are not found.
        try:
            status, body = get(f"http://127.0.0.1:{self.ports[_PORT_OPTIONS.index('master.port')]}/dir/status")
        except OSError as error:
            raise NotReady(str(error)) from error
        if status != HTTPStatus.OK or json.loads(body)["Topology"]["Max"] == 0:
            raise NotReady("its volumes are not known yet")

    def stop(self) -> None:
        """End the server properly and remove the sockets that it leaves in /tmp."""
        super().stop()
        for path in _sockets(self.ports):
            path.unlink(missing_ok=True)


def _sockets(ports: Iterable[int]) -> list[Path]:
    # The folder is fixed in the server's source; the port at the end of the name makes them this server's own.
    return [path for port in ports for path in Path("/tmp").glob(f"seaweedfs-*-{port}.sock")]  # noqa: S108
