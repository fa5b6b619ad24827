"""PUTs of small objects, at a tenth of the processor time that boto3 takes: two of them were most of a small job."""

from collections.abc import Mapping

from shared.kit import clock
from shared.kit.storage.files import AnyFile, File
from shared.kit.storage.http_puts import HttpPuts
from shared.kit.storage.s3_client import CONFIG
from shared.kit.storage.s3_signing import BucketSigner

# Keys are never written twice with different bytes.
FOREVER = "private, max-age=31536000, immutable"

# Larger ones spend their time on the way, and are not hashed twice.
MAX_BYTES = 4 * 2**20


class ObjectPuts:
    """Connections to one bucket, from any thread."""

    def __init__(self, signer: BucketSigner) -> None:
        self._signer = signer
        self._puts = HttpPuts(signer.endpoint, connect_s=CONFIG.connect_timeout, answer_s=CONFIG.read_timeout)

    def put(self, key: str, file: AnyFile, sha256: str, *, disposition: str, details: Mapping[str, str] | None) -> bool:
        """Store a small file; False for a large one and for every trouble, which are left to boto3.

        That tries again, and tells what the trouble was. The SHA-256 of the bytes is part of what is signed, in
        hexadecimal; Amazon's servers compare it, SeaweedFS does not. Blocks.
        """
        if file.size_bytes > MAX_BYTES:
            return False
        body = file.body if isinstance(file, File) else file.path.read_bytes()
        headers = {"Content-Type": file.content_type, "Content-Disposition": disposition, "Cache-Control": FOREVER}
        headers |= {f"x-amz-meta-{name}": value for name, value in (details or {}).items()}
        signed = self._signer.signed_headers("PUT", key, sha256=sha256, now=clock.now(), headers=headers)
        return self._puts.put(self._signer.path(key), signed, body)
