"""AWS Signature Version 4 for what is done most: a link to an object, its PUT and GET.

Source: "Authenticating Requests (AWS Signature Version 4)", Amazon S3 API Reference. Every other operation is left to
boto3, whose signatures these are, bit by bit.
"""

import hashlib
import hmac
from collections.abc import Mapping
from datetime import datetime
from functools import lru_cache
from typing import NamedTuple
from urllib.parse import quote, urlsplit

_ALGORITHM = "AWS4-HMAC-SHA256"
_DEFAULT_PORTS = {"http": 80, "https": 443}


class BucketSigner(NamedTuple):
    """A bucket at one address of its server, and the keys that sign for it."""

    endpoint: str
    bucket: str
    region: str
    access_key_id: str
    secret_access_key: str

    def link(self, key: str, *, lifetime_s: int, now: datetime, disposition: str | None = None) -> str:
        """Presign a GET of an object; `now` is in UTC, `disposition` overrides the stored one."""
        moment = _moment(now)
        fields = {
            "X-Amz-Algorithm": _ALGORITHM,
            "X-Amz-Credential": f"{self.access_key_id}/{self._scope(moment)}",
            "X-Amz-Date": moment,
            "X-Amz-Expires": str(lifetime_s),
            "X-Amz-SignedHeaders": "host",
        }
        if disposition is not None:
            fields["response-content-disposition"] = disposition
        query = "&".join(f"{name}={quote(value, safe='')}" for name, value in sorted(fields.items()))
        signature = self._signature(moment, "GET", self.path(key), query, {"host": self._host}, "UNSIGNED-PAYLOAD")
        parts = urlsplit(self.endpoint)
        return f"{parts.scheme}://{parts.netloc}{self.path(key)}?{query}&X-Amz-Signature={signature}"

    def signed_headers(
        self, method: str, key: str, *, sha256: str, now: datetime, headers: Mapping[str, str]
    ) -> dict[str, str]:
        """Return the headers of a request with those that sign it; `sha256` is that of the body, in hexadecimal."""
        moment = _moment(now)
        signed = {name.lower(): value for name, value in headers.items()}
        signed |= {"host": self._host, "x-amz-content-sha256": sha256, "x-amz-date": moment}
        signature = self._signature(moment, method, self.path(key), "", signed, sha256)
        credential = f"Credential={self.access_key_id}/{self._scope(moment)}"
        signed["authorization"] = f"{_ALGORITHM} {credential}, SignedHeaders={_names(signed)}, Signature={signature}"
        return signed

    def path(self, key: str) -> str:
        """Return the path of an object on the server."""
        return f"{urlsplit(self.endpoint).path.rstrip('/')}/{self.bucket}/{quote(key)}"

    def _signature(
        self, moment: str, method: str, path: str, query: str, headers: Mapping[str, str], payload: str
    ) -> str:
        lines = "".join(f"{name}:{' '.join(headers[name].split())}\n" for name in sorted(headers))
        request = f"{method}\n{path}\n{query}\n{lines}\n{_names(headers)}\n{payload}"
        text = f"{_ALGORITHM}\n{moment}\n{self._scope(moment)}\n{hashlib.sha256(request.encode()).hexdigest()}"
        return hmac.digest(_signing_key(self.secret_access_key, moment[:8], self.region), text.encode(), "sha256").hex()

    def _scope(self, moment: str) -> str:
        return f"{moment[:8]}/{self.region}/s3/aws4_request"

    @property
    def _host(self) -> str:
        parts = urlsplit(self.endpoint)
        # Clients leave the port out where it is the scheme's own.
        is_usual = parts.port is None or parts.port == _DEFAULT_PORTS[parts.scheme]
        return parts.netloc.rpartition(":")[0] if is_usual and parts.port is not None else parts.netloc


def _names(headers: Mapping[str, str]) -> str:
    return ";".join(sorted(headers))


def _moment(now: datetime) -> str:
    return now.strftime("%Y%m%dT%H%M%SZ")


@lru_cache(maxsize=4)
def _signing_key(secret: str, day: str, region: str) -> bytes:
    key = f"AWS4{secret}".encode()
    for part in (day, region, "s3", "aws4_request"):
        key = hmac.digest(key, part.encode(), "sha256")
    return key
