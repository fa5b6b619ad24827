"""Texts of users in a sentence: shortened, and some of many."""

from collections.abc import Sequence

# A reader looks at the thing itself for the rest.
_MOST, _LENGTH = 5, 50


def quoted(text: object) -> str:
    """A label or an id in quotes, cut to 50 characters."""
    whole = str(text)
    return f"“{whole if len(whole) <= _LENGTH else whole[: _LENGTH - 1] + '…'}”"


def listed(texts: Sequence[object], total: int | None = None) -> str:
    """The first five of several texts, and how many more there are."""
    total = len(texts) if total is None else total
    more = f" and {total - _MOST:,} more" if total > _MOST else ""
    return ", ".join(quoted(text) for text in texts[:_MOST]) + more
