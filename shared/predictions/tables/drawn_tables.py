"""Tables with bars between the cells as Markdown and psql draw them: the rule, the outer bars, the footer."""

import re
from collections.abc import Sequence

# Below a header; a single hyphen may be a label.
_OF_RULE = r"(?:-{2,}|:-+:?|-+:)"
_RULE = re.compile(rf"[|+]?{_OF_RULE}(?:[|+]{_OF_RULE})*[|+]?")
# What psql writes below the rows.
_FOOTER = re.compile(r"\([0-9]+ rows?\)")
# The empty cells before the first bar and behind the last.
_OUTER = 2


def is_rule(cells: Sequence[str]) -> bool:
    """Return True if a line is a rule, cut at its bars."""
    return _RULE.fullmatch("|".join(cells)) is not None


def without_frame(rows: list[list[str]], *, is_drawn: bool) -> list[list[str]]:
    """The rows of a drawn table without the bars around them, and without the number of rows below them."""
    if is_drawn and rows and len(rows[-1]) == 1 and _FOOTER.fullmatch(rows[-1][0]):
        rows = rows[:-1]
    has_bars = all(len(row) > _OUTER and not row[0] and not row[-1] for row in rows)
    return [row[1:-1] for row in rows] if has_bars else rows
