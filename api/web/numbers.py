"""Numbers as people type them."""

import math

from shared.kit.errors import Fault, InvalidInput


def read_number(text: str | None, name: str, example: str) -> float | None:
    """Read a finite number, with a point or a comma; None where nothing was typed. Raises InvalidInput."""
    if text is None or not text.strip():
        return None
    try:
        value = float(text.strip().replace(",", "."))
    except ValueError:
        value = math.nan
    if not math.isfinite(value):
        raise InvalidInput(Fault(f"/{name}", f"{name}: write a finite number, such as {example}."))
    return value
