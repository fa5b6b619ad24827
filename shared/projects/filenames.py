"""File names as clients send them: hostile text, kept to be shown and for nothing else."""

import unicodedata

# Fits what any file system takes, should somebody save the file under it.
MAX_LENGTH = 200

UNNAMED = "image"

# Controls, line ends, half characters, and what turns the direction of reading, so that "gnp.exe" looks like a picture.
_INVISIBLE = {"Cc", "Cf", "Cs", "Zl", "Zp"}


def clean(name: str) -> str:
    """The last part of a path, in one spelling, without what cannot be seen; never empty."""
    last = name.replace("\\", "/").rpartition("/")[2]
    seen = "".join(char for char in unicodedata.normalize("NFC", last) if unicodedata.category(char) not in _INVISIBLE)
    shown = seen.strip()
    if not shown.strip("."):
        return UNNAMED
    # The end says what kind of file it is, so the middle goes.
    return shown if len(shown) <= MAX_LENGTH else f"{shown[: MAX_LENGTH - 21]}…{shown[-20:]}"
