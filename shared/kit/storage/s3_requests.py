"""What is asked of the storage most, at a tenth of the processor time that boto3 takes, and without its client.

Two PUTs were most of a small job; a client takes seven megabytes of each process that makes one.
"""

import hashlib
from collections.abc import Mapping
from http import HTTPStatus

from shared.kit import clock
from shared.kit.storage.files import AnyFile, File
from shared.kit.storage.http_requests import HttpRequests, StorageAnswer
from shared.kit.storage.s3_client import CONFIG, PROBE
from shared.kit.storage.s3_signing import BucketSigner

# Keys are never written twice with different bytes.
FOREVER = "private, max-age=31536000, immutable"

# Larger ones spend their time on the way, and are not hashed twice.
MAX_BYTES = 4 * 2**20


_NOTHING = hashlib.sha256(b"").hexdigest()


class BucketRequests:
    """Connections to one bucket, from any thread.

    Large objects and every trouble are left to boto3, which tries again, and tells what the trouble was.
    """

    def __init__(self, signer: BucketSigner) -> None:
        self._signer = signer
        self._requests = HttpRequests(signer.endpoint, connect_s=CONFIG.connect_timeout, answer_s=CONFIG.read_timeout)
        self._probes = HttpRequests(signer.endpoint, connect_s=PROBE.connect_timeout, answer_s=PROBE.read_timeout)

    def put(self, key: str, file: AnyFile, sha256: str, *, disposition: str, details: Mapping[str, str] | None) -> bool:
        """Store a small file; False for a large one and for every trouble.

        The SHA-256 of the bytes is part of what is signed, in hexadecimal; Amazon's servers compare it, SeaweedFS does
        not. Blocks.
        """
        if file.size_bytes > MAX_BYTES:
            return False
        body = file.body if isinstance(file, File) else file.path.read_bytes()
        headers = {"Content-Type": file.content_type, "Content-Disposition": disposition, "Cache-Control": FOREVER}
        headers |= {f"x-amz-meta-{name}": value for name, value in (details or {}).items()}
        signed = self._signer.signed_headers("PUT", key, sha256=sha256, now=clock.now(), headers=headers)
        answer = self._requests.ask("PUT", self._signer.path(key), signed, body)
        return answer is not None and answer.status == HTTPStatus.OK

    def get(self, key: str) -> bytes | None:
        """Return the bytes under a key; None for every trouble, as is a missing object. Blocks."""
        answer = self._ask(self._requests, "GET", key)
        return answer.body if answer is not None and answer.status == HTTPStatus.OK else None

    def answers(self) -> bool:
        """Whether the bucket answers, soon. Blocks."""
        answer = self._ask(self._probes, "HEAD", "")
        return answer is not None and answer.status == HTTPStatus.OK

    def _ask(self, requests: HttpRequests, method: str, key: str) -> StorageAnswer | None:
        signed = self._signer.signed_headers(method, key, sha256=_NOTHING, now=clock.now(), headers={})
        return requests.ask(method, self._signer.path(key), signed)
