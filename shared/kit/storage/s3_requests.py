"""What is asked of the storage most, at a tenth of the processor time that boto3 takes, and without its client.

Two PUTs were most of a small job; a client takes seven megabytes of each process that makes one.
"""

import hashlib
from collections.abc import Mapping, Sequence
from http import HTTPStatus
from typing import Any, NamedTuple

from shared.kit import clock
from shared.kit.storage.files import AnyFile, File
from shared.kit.storage.http_requests import HttpRequests, StorageAnswer, StorageRequest
from shared.kit.storage.s3_client import CONFIG, PROBE
from shared.kit.storage.s3_signing import BucketSigner

# Keys are never written twice with different bytes.
FOREVER = "private, max-age=31536000, immutable"

# Larger ones spend their time on the way, and are not hashed twice.
MAX_BYTES = 4 * 2**20

# The small files that are in memory, and on the way, together.
_AT_ONCE = 16

_NOTHING = hashlib.sha256(b"").hexdigest()


class Put(NamedTuple):
    """A file on its way to a key: its SHA-256 in hexadecimal, and what is stored and sent beside it."""

    key: str
    file: AnyFile
    sha256: str
    disposition: str
    details: Mapping[str, str]

    @property
    def parameters(self) -> dict[str, Any]:
        """The parameters of boto3's `put_object`, without the bucket and the bytes."""
        return {
            "Key": self.key,
            "ContentType": self.file.content_type,
            "ContentDisposition": self.disposition,
            "CacheControl": FOREVER,
            "Metadata": self.details,
        }


class BucketRequests:
    """Connections to one bucket, from any thread.

    Large objects and every trouble are left to boto3, which tries again, and tells what the trouble was.
    """

    def __init__(self, signer: BucketSigner) -> None:
        self._signer = signer
        self._requests = HttpRequests(signer.endpoint, connect_s=CONFIG.connect_timeout, answer_s=CONFIG.read_timeout)
        self._probes = HttpRequests(signer.endpoint, connect_s=PROBE.connect_timeout, answer_s=PROBE.read_timeout)

    def put_all(self, puts: Sequence[Put]) -> list[bool]:
        """Store small files at once, and return of each whether it is stored: no large one, and none in trouble is.

        The SHA-256 of the bytes is part of what is signed, in hexadecimal; Amazon's servers compare it, SeaweedFS does
        not. Blocks.
        """
        are_stored = dict.fromkeys([put.key for put in puts], False)
        small = [put for put in puts if put.file.size_bytes <= MAX_BYTES]
        for start in range(0, len(small), _AT_ONCE):
            some = small[start : start + _AT_ONCE]
            answers = self._requests.ask_all([self._request(put) for put in some])
            are_stored |= {
                put.key: answer is not None and answer.status == HTTPStatus.OK
                for put, answer in zip(some, answers, strict=True)
            }
        return [*are_stored.values()]

    def _request(self, put: Put) -> StorageRequest:
        file = put.file
        headers = {"Content-Type": file.content_type, "Content-Disposition": put.disposition, "Cache-Control": FOREVER}
        headers |= {f"x-amz-meta-{name}": value for name, value in put.details.items()}
        signed = self._signer.signed_headers("PUT", put.key, sha256=put.sha256, now=clock.now(), headers=headers)
        body = file.body if isinstance(file, File) else file.path.read_bytes()
        return StorageRequest("PUT", self._signer.path(put.key), signed, body)

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
        return requests.ask(StorageRequest(method, self._signer.path(key), signed))
