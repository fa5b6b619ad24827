"""The SHA-256 of a receipt, by which it is seen whether anything in it was changed."""

import hashlib
import json
from typing import TypeVar

import msgspec

from shared.receipts.records import Receipt

R = TypeVar("R", bound=Receipt)


def sealed(receipt: R) -> R:
    """The receipt with its SHA-256."""
    fields = json.loads(msgspec.json.encode(receipt))
    del fields["sha256"]
    text = json.dumps(fields, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return msgspec.structs.replace(receipt, sha256=hashlib.sha256(text.encode()).hexdigest())
