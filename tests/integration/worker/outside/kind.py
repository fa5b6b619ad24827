"""A job kind that the product knows nothing of: words beside a confusion matrix, in the order of the alphabet."""

import zlib

from msgspec import Struct

from shared import matrices
from shared.accounts import Caller
from shared.jobs import Arguments, Reference
from shared.kit.errors import Fault, InvalidInput
from shared.kit.platform import Platform


class Words(Struct):
    """The words."""

    words: list[str]


class Glossary(Arguments, frozen=True, kw_only=True, tag="glossary"):
    """A glossary: makes `words.txt` and `matrix.txt`."""

    body = Words

    about: str
    loud: bool = False

    async def references(self, platform: Platform, caller: Caller, /) -> list[Reference]:
        """The matrix that it is about."""
        return await matrices.references(platform, caller, [self.about])

    async def prepare(self, _platform: Platform, _caller: Caller, body: Words, /) -> bytes:
        """The words without those that occur again."""
        if not body.words:
            raise InvalidInput(Fault("/words", "words: send one at least."))
        return zlib.compress("\n".join(sorted(set(body.words))).encode())
