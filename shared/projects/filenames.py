"""File names as clients send them: hostile text, kept to be shown and for nothing else."""

import unicodedata

# Fits what any file system takes, should somebody save the file under it.
MAX_LENGTH = 200

UNNAMED = "image"

# Controls, line ends, half characters, and what turns the direction of reading, so that "gnp.exe" looks like a picture.
_INVISIBLE = {"Cc", "Cf", "Cs", "Zl", "Zp"}


def clean(name: str) -> str:
    """The last part of a path, in one spelling, without what cannot be seen; never empty."""
    base = name.replace("\\", "/").rpartition("/")[2]
    visible = "".join(
        char for char in unicodedata.normalize("NFC", base) if unicodedata.category(char) not in _INVISIBLE
    )
    name = visible.strip()
    if not name.strip("."):
        return UNNAMED
    # The end says what kind of file it is, so the middle goes.
    return name if len(name) <= MAX_LENGTH else f"{name[: MAX_LENGTH - 21]}…{name[-20:]}"
