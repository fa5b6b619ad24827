"""Two lists of labels as people paste them: a line each, all in one line, or as a program prints them."""

import re
from collections.abc import Sequence

from shared.predictions.errors import UnreadablePredictions
from shared.predictions.labels import ReadLabels, are_scores, doubts
from shared.predictions.lists.literals import ABRIDGED, read_items, read_literal
from shared.predictions.lists.prints import read_framed, refuse_missing
from shared.predictions.notices import Code, Notice
from shared.predictions.tables.header import judge_first_row
from shared.predictions.tables.names import is_bare, kind_of
from shared.predictions.tables.table import SAMPLE
from shared.predictions.values import as_labels, has_decimal_commas, with_points_in_both

_LINE_END = re.compile(r"\r\n|\r|\n")
# pandas' last lines of a Series, and R's index at the beginning of a line.
_SERIES_END = re.compile(r"(?:(?:Name|Length|Freq): [^\r\n]*, )?dtype: [\w\[\], ]+|Name: [^\r\n]*, dtype: [\w\[\], ]+")
_SERIES_LINE = re.compile(r"(?P<index>\S+)\s{2,}(?P<label>\S.*)")
_NUMBERED_LINE = re.compile(r"(?P<index>\d+)(?:[.)]\s+|\s{2,})(?P<label>\S.*)")
_R_LINE = re.compile(r"\s*\[(?P<index>\d+)\]\s+(?P<items>.*)")
# `y_true = [0, 1]`, `Actual: [0, 1]`.
_ASSIGNED = re.compile(r"[\w .]{1,60}(?:[=:]|<-)\s*(?=(?:\w+\.)?\w*[\[(])")
_BRACKETED_LINE = re.compile(r"[\[(].*[\s,].*[\])],?")
# A text with a comma within quotes, which is no number.
_QUOTED_COMMA = re.compile(r"(?P<quote>['\"])[+-]?\d+,\d+(?P=quote)")
# A sample and what stands below a Series of categories.
_FEWEST = 2
# Whole numbers with commas, semicolons or blanks between them: several labels.
_NUMBERS = re.compile(r"[+-]?\d+(?:\s*[,;]\s*[+-]?\d+|\s+[+-]?\d+)*[,;]?")
_SIDES = ("actual", "predicted")


def read_pasted_labels(actual: str, predicted: str) -> ReadLabels:
    """The labels of two pasted lists; raises UnreadablePredictions, which names the list at fault."""
    notices: list[Notice] = []
    first, second = (_read_side(text, side, notices) for text, side in zip((actual, predicted), _SIDES, strict=True))
    are_quoted = any(_QUOTED_COMMA.search(text) for text in (actual, predicted))
    notices = list(dict.fromkeys(notices))
    first, second, heading_notices = _without_headings(first, second)
    if len(first) != len(second):
        detail = f"There are {len(first):,} actual and {len(second):,} predicted labels; paste one of each for every "
        raise UnreadablePredictions(detail + "sample.", field="predicted")
    for side, side_labels in zip(_SIDES, (first, second), strict=True):
        if "" in side_labels:
            line = 1 + side_labels.index("")
            raise UnreadablePredictions(f"the {side} label is empty; every sample needs one.", line=line, field=side)
    lines = list(range(1, len(first) + 1))
    if are_scores(second, first):
        detail = "These are scores between 0 and 1, not labels; measure them as curves, or paste the predicted labels."
        raise UnreadablePredictions(f"predicted: {detail}", field="predicted")
    label_pair = as_labels(*((first, second) if are_quoted else with_points_in_both(first, second)), lines)
    return ReadLabels(*label_pair, lines, notices=[*notices, *heading_notices, *doubts(*label_pair)])


def _read_side(text: str, side: str, notices: list[Notice]) -> list[str]:
    try:
        labels = _read(text.removeprefix("\ufeff").strip(), notices)
    except UnreadablePredictions as error:
        raise UnreadablePredictions(f"{side}: {error.detail}", field=side) from error
    if not labels:
        raise UnreadablePredictions(f"{side}: paste at least one label.", field=side)
    return labels


def _read(text: str, notices: list[Notice]) -> list[str]:
    if not text:
        return []
    lines = [line.strip() for line in _LINE_END.split(text)]
    assigned = _ASSIGNED.match(text)
    for read, source in ((read_literal, text[assigned.end() :] if assigned else text), (_as_r_prints, text)):
        if (labels := read(source)) is not None:
            return labels
    if any(line in {"...", "…", ".."} for line in lines):
        raise UnreadablePredictions(ABRIDGED)
    series = _as_pandas_prints(lines)
    if (framed := read_framed(lines) if series is None else series) is not None:
        return framed
    _refuse_wrapped(lines)
    _refuse_broken_lists(text, lines)
    if len(lines) == 1:
        return _read_line(text, notices)
    if all(line.endswith(",") for line in lines[:-1]) or all(map(_is_quoted, lines)):
        return read_items(text)
    return [_unquote(line) for line in lines]


def _as_r_prints(text: str) -> list[str] | None:
    lines = [line for line in _LINE_END.split(text) if line.strip()]
    matches = [_R_LINE.fullmatch(line) for line in lines]
    numbered = [match for match in matches if match is not None]
    if not numbered or matches[0] is None:
        return None
    if len(numbered) < len(lines):
        detail = "These lines are R's print of a factor, or abridged; paste writeLines(as.character(x)) instead."
        raise UnreadablePredictions(detail)
    labels: list[str] = []
    for match in numbered:
        if int(match["index"]) != len(labels) + 1:
            raise UnreadablePredictions(f"Before the index [{match['index']}] there are {len(labels)} labels, not all.")
        labels += read_items(match["items"])
    return labels


def _as_pandas_prints(lines: Sequence[str]) -> list[str] | None:
    """The values of a printed Series, which has its index before them."""
    if len(lines) > _FEWEST and lines[-1].startswith("Categories ("):
        lines = lines[:-1]
    has_end = len(lines) > 1 and _SERIES_END.fullmatch(lines[-1]) is not None
    body = lines[:-1] if has_end else lines
    matches = [(_SERIES_LINE if has_end else _NUMBERED_LINE).fullmatch(line) for line in body]
    rows = [match for match in matches if match is not None]
    if len(rows) < len(body):
        if has_end:
            raise UnreadablePredictions("The printed Series cannot be read; paste print(y.tolist()) instead.")
        return None
    if not has_end:
        start = int(rows[0]["index"])
        expected = [str(index) for index in range(start, start + len(rows))]
        if len(rows) == 1 or start > 1 or [match["index"] for match in rows] != expected:
            return None
    if any(match["label"] in {"..", "..."} for match in rows):
        raise UnreadablePredictions(ABRIDGED)
    labels = [match["label"] for match in rows]
    if has_end:
        refuse_missing(labels)
        if any(re.match(r"\S+\s{2,}\S", label) for label in labels):
            raise UnreadablePredictions("The printed Series may have several indexes; paste print(y.tolist()) instead.")
    return labels


def _refuse_wrapped(lines: Sequence[str]) -> None:
    """Refuse numbers that are wrapped, several in a line; two with a comma may be one number."""
    if len(lines) < _FEWEST or not all(map(_NUMBERS.fullmatch, lines)):
        return
    for position, line in enumerate(lines):
        if len(re.findall(r"\d+", line)) > (_FEWEST if "," in line else 1):
            detail = "this line holds several numbers; put each label on a line of its own, or all of them in one line."
            raise UnreadablePredictions(detail, line=position + 1)


def _refuse_broken_lists(text: str, lines: Sequence[str]) -> None:
    quoted = re.match(r"\w*\(?[\[(]\s*['\"]", text)
    if quoted or any(_BRACKETED_LINE.fullmatch(line) and line[0] == "[" for line in lines):
        raise UnreadablePredictions("The list cannot be read to its end; paste one whole list, from [ to ].")
    if text[0] == "[" and "]" not in text:
        raise UnreadablePredictions("The list is never closed; paste it to its end, with the ].")


def _read_line(text: str, notices: list[Notice]) -> list[str]:
    if text[0] in "'\"":
        return [text[1:-1]] if _is_quoted(text) else read_items(text.replace(";", ",") if "," not in text else text)
    present = [separator for separator in "\t;," if separator in text]
    if present == [";", ","]:
        cells = [cell.strip() for cell in text.split(";")]
        if not has_decimal_commas(cell for cell in cells if cell):
            raise UnreadablePredictions("The line holds semicolons and commas; put each label on a line of its own.")
        return cells
    if present:
        cells = [cell.strip() for cell in text.rstrip(f"{present[0]} ").split(present[0])]
        _refuse_several_numbers(cells)
        if "..." in cells or "…" in cells:
            raise UnreadablePredictions(ABRIDGED)
        _refuse_open_brackets(cells)
        return [_unquote(cell) for cell in cells]
    labels = text.split()
    if "|" in text:
        raise UnreadablePredictions("The line holds bars; put each label on a line of its own.")
    _refuse_open_brackets(labels)
    if "..." in labels or "…" in labels:
        raise UnreadablePredictions(ABRIDGED)
    if len(labels) > 1 and not all(re.fullmatch(r"[-+\d.]+", label) for label in labels):
        notices.append(Notice(Code.SPLIT_AT_BLANKS))
    return labels


def _refuse_several_numbers(cells: Sequence[str]) -> None:
    """Refuse `1,5 2,5`: the blanks may separate numbers with decimal commas."""
    if any(len(parts := cell.split()) > 1 and all(map(_NUMBERS.fullmatch, parts)) for cell in cells):
        detail = "The line holds numbers with commas and blanks between them; put each label on a line of its own."
        raise UnreadablePredictions(detail)


def _refuse_open_brackets(cells: Sequence[str]) -> None:
    if any(cell.count(opening) != cell.count(closing) for cell in cells for opening, closing in ("[]", "()", "{}")):
        raise UnreadablePredictions(
            "The list cannot be read; paste one flat list such as [0, 1, 1], or a label a line."
        )


def _is_quoted(text: str) -> bool:
    return len(text) > 1 and text[0] == text[-1] and text[0] not in text[1:-1]


def _unquote(text: str) -> str:
    return text[1:-1].replace('""', '"') if len(text) > 1 and text[0] == text[-1] == '"' else text


def _without_headings(first: list[str], second: list[str]) -> tuple[list[str], list[str], list[Notice]]:
    heads = kind_of(first[0]), kind_of(second[0])
    if len(first) == len(second):
        columns_below = [first[1 : SAMPLE + 1], second[1 : SAMPLE + 1]]
        verdict = judge_first_row([first[0], second[0]], columns_below)
        if verdict.is_header and len(first) > 1:
            if heads == ("prediction", "truth"):
                detail = f"“{first[0]}” was pasted as the actual labels, and “{second[0]}” as the predicted ones; swap "
                raise UnreadablePredictions(detail + "the two.", field="actual")
            notices = [] if verdict.is_certain else [Notice(Code.FIRST_ROW_HEADER)]
            return first[1:], second[1:], notices
        is_uncertain = not verdict.is_certain and heads != ("other", "other")
        return first, second, [Notice(Code.FIRST_ROW_SAMPLE)] if is_uncertain else []
    longer, head, shorter = (first, heads[0], second) if len(first) > len(second) else (second, heads[1], first)
    # Only one of the two was pasted with its heading.
    is_heading = head in {"truth", "prediction", "label"} and longer[0] not in {*longer[1:], *shorter}
    is_heading = is_heading and (head == "label" or not is_bare(longer[0]))
    if is_heading and len(longer) == len(shorter) + 1:
        longer = longer[1:]
    return (longer, shorter, []) if len(first) > len(second) else (shorter, longer, [])
