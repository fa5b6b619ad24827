"""Names: texts by which people distinguish things, which therefore need a visible character."""

import re
from typing import Annotated

from msgspec import Meta

# White space, control and format characters (zero width, direction, variation), and the letters that fonts draw as
# nothing: of the basic plane, and beyond it (signs that format numbers, shorthand, hieroglyphs and music; tags).
_INVISIBLE = (
    r"\s\u0000-\u0020\u007f-\u00a0\u00ad\u034f\u0600-\u0605\u061c\u06dd\u070f\u0890\u0891\u08e2\u115f\u1160\u1680\u17b4\u17b5"
    r"\u180b-\u180f\u2000-\u200f\u2028-\u202f\u205f-\u206f\u2800\u3000\u3164\ufe00-\ufe0f\ufeff\uffa0\ufff0-\ufffb"
)
_INVISIBLE_SUPPLEMENTARY = (
    r"\U000110bd\U000110cd\U00013430-\U0001343f\U0001bca0-\U0001bca3\U0001d159\U0001d173-\U0001d17a"
    r"\U000e0000-\U000e0fff"
)

# At least one visible character.
VISIBLE = f"[^{_INVISIBLE}{_INVISIBLE_SUPPLEMENTARY}]"

# The pattern in the OpenAPI document instead: readable, the same in every language's regular expressions, and true of
# every name. It is weaker, because no shorthand covers the invisible characters other than white space.
VISIBLE_PUBLISHED = r"\S"

# The maximum length stands where the type is used: Annotated[Name, Meta(max_length=...)].
Name = Annotated[str, Meta(min_length=1, pattern=VISIBLE)]

ModelName = Annotated[Name, Meta(max_length=255)]
ModelVersion = Annotated[Name, Meta(max_length=100)]


def is_visible(text: str) -> bool:
    """Return True if the text has a visible character."""
    return re.search(VISIBLE, text) is not None
