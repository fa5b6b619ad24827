"""File names as clients send them: hostile text, kept for display only."""

import unicodedata

# Within the limit of any file system, for users who save the file under its name.
MAX_LENGTH = 200

# Controls, line ends, surrogates, and marks that reverse the reading direction, so that "gnp.exe" looks like a picture.
_INVISIBLE = {"Cc", "Cf", "Cs", "Zl", "Zp"}


def clean(name: str, unnamed: str) -> str:
    """Return the last part of a path, NFC-normalised, without invisible characters; `unnamed` if nothing is left."""
    base = name.replace("\\", "/").rpartition("/")[2]
    text = "".join(char for char in unicodedata.normalize("NFC", base) if unicodedata.category(char) not in _INVISIBLE)
    name = text.strip()
    if not name.strip("."):
        return unnamed
    # The extension is at the end, so the middle is cut.
    return name if len(name) <= MAX_LENGTH else f"{name[: MAX_LENGTH - 21]}…{name[-20:]}"
