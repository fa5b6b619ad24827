"""Names of artifacts: one segment of a path, in characters that no file system or URL treats specially."""

import re
from typing import Any

# A leading dot hides a file, or leads to the folder above.
PATTERN = r"[A-Za-z0-9_][A-Za-z0-9_.\-]{0,199}"

_NAME = re.compile(PATTERN, re.ASCII)


def is_artifact_name(value: Any) -> bool:
    """Return whether the value is a valid name of an artifact."""
    return isinstance(value, str) and _NAME.fullmatch(value) is not None and ".." not in value
