"""Prints with a frame around their labels, as Polars, Julia, psql, pandas and R make them."""

import re
from collections.abc import Sequence

from shared.predictions.errors import UnreadablePredictions
from shared.predictions.lists.literals import ABRIDGED, read_items

_MISSING = frozenset({"NaN", "nan", "<NA>", "NaT", "None", "null", "missing", "nothing"})
_POLARS = re.compile(r"shape: \((?P<count>[\d_,]+?),\)")
_JULIA = re.compile(r"(?P<count>\d+)-element \S.*:")
_PSQL_END = re.compile(r"\((?P<count>\d+) rows?\)")
_RULE = re.compile(r"[|+]?\s*:?-{3,}:?\s*(?:[|+]\s*:?-{3,}:?\s*)*[|+]?")
# A line that no list of labels has, of prints that are not read.
_FRAME = re.compile(
    r"<\S.* object at 0x[0-9a-f]+>|shape: \(.*|Series: .*|\d+-element .*|Levels: .*|Categories \(\d+, .*|dtype: \S+"
    r"|\(\d+ rows?\)|MultiIndex\(.*|# A tibble.*|[┌│└╞].*|\{\s*[\"'].*\}"
)


def read_framed(lines: Sequence[str]) -> list[str] | None:
    """The labels of a print by Polars, Julia or psql; None for any other text, and UnreadablePredictions for others."""
    first, last = lines[0], lines[-1]
    if (match := _POLARS.fullmatch(first)) and len(lines) > 3 and (lines[2], last) == ("[", "]"):  # noqa: PLR2004 - shape, name and bracket
        return _unabridged_labels(lines[3:-1], match["count"])
    if match := _JULIA.fullmatch(first):
        return _unabridged_labels(lines[1:], match["count"])
    if (match := _PSQL_END.fullmatch(last)) and len(lines) > 2 and _RULE.fullmatch(lines[1]):  # noqa: PLR2004 - heading and rule
        if any("|" in line for line in lines):
            raise UnreadablePredictions("This print has several columns; paste the labels of one.")
        return _check_count(lines[2:-1], match["count"])
    if any(_RULE.fullmatch(line) for line in lines):
        return _labels_without_rules(lines)
    if frame := next((line for line in lines if _FRAME.fullmatch(line)), None):
        detail = f"“{frame[:40]}” belongs to a print and is no label; paste the labels alone, a label a line."
        raise UnreadablePredictions(detail)
    return None


def refuse_missing(labels: Sequence[str]) -> None:
    """Refuse what programs print where a value is missing."""
    if missing := next((label for label in labels if label in _MISSING), None):
        raise UnreadablePredictions(f"The print holds {missing} where a label should be; every sample needs one.")


def _unabridged_labels(lines: Sequence[str], count: str) -> list[str]:
    if any(line in {"…", "⋮", "..."} for line in lines):
        raise UnreadablePredictions(ABRIDGED)
    labels = [read_items(line)[0] if line[:1] == '"' else line for line in lines]
    return _check_count(labels, count)


def _check_count(labels: list[str] | Sequence[str], count: str) -> list[str]:
    refuse_missing(labels)
    if len(labels) != int(count):
        detail = f"The print says that it has {count} labels, and {len(labels)} are there; paste all of it."
        raise UnreadablePredictions(detail)
    return [*labels]


def _labels_without_rules(lines: Sequence[str]) -> list[str]:
    cells = [line.strip("|").strip() for line in lines if not _RULE.fullmatch(line)]
    if any("|" in cell for cell in cells):
        raise UnreadablePredictions("This print has several columns; paste the labels of one.")
    return cells
