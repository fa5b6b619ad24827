"""Names: texts by which people tell things apart, and which therefore have to show something."""

import re
from typing import Annotated

from msgspec import Meta

# At least one character that leaves a mark: no white space, no control or format character (zero width, direction,
# variation), and none of the letters that fonts draw as nothing. Only the basic plane, which ECMAScript reads alike.
VISIBLE = (
    r"[^\s\u0000-\u0020\u007f-\u00a0\u00ad\u034f\u0600-\u0605\u061c\u06dd\u070f\u0890\u0891\u08e2\u115f\u1160\u1680"
    r"\u180b-\u180f\u2000-\u200f\u2028-\u202f\u205f-\u206f\u2800\u3000\u3164\ufe00-\ufe0f\ufeff\uffa0\ufff9-\ufffb]"
)

# How long one may be is said where it is used: Annotated[Name, Meta(max_length=...)].
Name = Annotated[str, Meta(min_length=1, pattern=VISIBLE)]

ModelName = Annotated[Name, Meta(max_length=255)]
ModelVersion = Annotated[Name, Meta(max_length=100)]


def is_visible(text: str) -> bool:
    """Whether the text shows anything."""
    return re.search(VISIBLE, text) is not None
