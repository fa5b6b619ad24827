"""Values of cells as texts."""

from typing import Any

SPACE = " \t\r\n\u00a0"


def text_of(value: Any) -> str:
    """Return the text of a value; what is missing, and not a number, is empty."""
    if value is None or (isinstance(value, float) and value != value):  # noqa: PLR0124 -- only not-a-number differs from itself
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value).strip(SPACE)
