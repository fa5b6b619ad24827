"""From texts to labels: numbers only where a text is the usual form of one."""

import re
from collections.abc import Collection, Iterable, Mapping, Sequence

from shared.evaluation.types import Label
from shared.predictions.errors import UnreadablePredictions

# So many digits a float holds exactly, so that different texts stay different numbers.
_DIGITS = 15
_NUMBER = re.compile(r"-?(?:0|[1-9][0-9]*)(?:\.(?:0|[0-9]*[1-9]))?")
_DECIMAL_COMMA = re.compile(r"[+-]?[0-9]+(?:,[0-9]+)?(?:[eE][+-]?[0-9]{1,3})?")
_SCORE = re.compile(r"[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]{1,3})?")

# How programs and worksheets of several languages write that something is so, and that it is not.
YES = frozenset(
    {"true", "1", "1.0", "yes", "t", "+", "wahr", "vrai", "verdadero", "verdadeiro", "vero", "waar", "prawda", "sant"}
)
NO = frozenset({"false", "0", "0.0", "no", "f", "-", "falsch", "faux", "falso", "onwaar", "fałsz", "falskt"})

# How programs write that there is no value, in any case: what pandas reads as none, and how others spell the same.
NO_VALUE = frozenset(
    {"nan", "-nan", "na", "n/a", "#na", "#n/a", "#n/a n/a", "<na>", "nat", "none", "null", "nil", "undefined"}
    | {"1.#ind", "-1.#ind", "1.#qnan", "-1.#qnan", "nan(ind)", "-nan(ind)", "+nan", "n.a."}
    # Dumps and browsers of databases, and errors of worksheets.
    | {r"\n", "<null>", "[null]", "(null)", "<none>", "(none)"}
    | {"#null!", "#value!", "#ref!", "#div/0!", "#num!", "#name?"}
)


def counts_up(cells: Sequence[str]) -> bool:
    """Return True if the cells are the numbers of the rows, from 0 or from 1 on."""
    return bool(cells) and cells[0] in {"0", "1"} and list(cells) == [str(int(cells[0]) + i) for i in range(len(cells))]


def are_flags(cells: Iterable[str]) -> bool:
    """Return True if every cell says yes or no, or is empty."""
    return {cell.casefold() for cell in cells} <= YES | NO | {""}


def usual_number(text: str) -> int | float | None:
    """The number of which the text is the usual form, as 7, -1, 0.5 and 1.0 are; None for any other text.

    `007`, `+1`, `1.10` and `1E1` are codes as often as numbers, and reading them would make one label of two.
    """
    if not _NUMBER.fullmatch(text) or text == "-0" or len(text) - ("-" in text) - ("." in text) > _DIGITS:
        return None
    return float(text) if "." in text else int(text)


def has_many_digits(text: str) -> bool:
    """Return True if a text has more digits than the usual form of a number, as calculations print fractions."""
    return sum(map(str.isdigit, text)) > _DIGITS


def number_or_text(text: str) -> int | float | str:
    """What a label is compared by: the number of which it is the usual form, or else itself."""
    number = usual_number(text)
    return text if number is None else number


def score(text: str) -> float | None:
    """The number in a cell of scores, in any notation with a decimal point; None for any other text."""
    return float(text) if _SCORE.fullmatch(text) else None


def as_score(cell: str) -> str:
    """The cell of a matrix as a score is written: without a percent sign, and with a decimal point."""
    return cell.removesuffix("%").rstrip().replace(",", ".")


def has_decimal_commas(cells: Iterable[str]) -> bool:
    """Return True if all cells are numbers, some of them with a comma for a decimal point."""
    has_comma = False
    for cell in cells:
        if not _DECIMAL_COMMA.fullmatch(cell):
            return False
        has_comma = has_comma or "," in cell
    return has_comma


def has_quoted_decimals(cells: Collection[str]) -> bool:
    """Return True if all cells are numbers, some of them below 1 with a comma, which is none of thousands."""
    return has_decimal_commas(cells) and any(cell.lstrip("+-").startswith("0,") for cell in cells)


def has_decimal_points(cells: Iterable[str]) -> bool:
    """Return True if all cells are numbers, some of them with a decimal point."""
    has_point = False
    for cell in cells:
        if score(cell) is None:
            return False
        has_point = has_point or "." in cell
    return has_point


def with_points(cells: Sequence[str]) -> list[str]:
    """The cells, with points for decimal commas if that is what they hold."""
    return [cell.replace(",", ".") for cell in cells] if has_decimal_commas(cells) else list(cells)


def with_points_in_both(actual: Sequence[str], predicted: Sequence[str]) -> tuple[list[str], list[str]]:
    """Both columns with points for decimal commas if all of both are numbers, otherwise both as they are."""
    converted = with_points(actual), with_points(predicted)
    if all(score(cell) is not None for column in converted for cell in {*column}):
        return converted
    return [*actual], [*predicted]


def as_labels(
    actual: Sequence[str], predicted: Sequence[str], lines: Sequence[int] | None = None
) -> tuple[list[Label], list[Label]]:
    """Two columns of labels: numbers if all of both are in their usual form, otherwise all of them texts.

    Raises UnreadablePredictions where the columns are texts and one writes 1 for what the other writes as 1.0, and
    where a text such as `nan` stands among numbers; with the line of that text if the lines of the labels are known.
    """
    distinct = {*actual}, {*predicted}
    numbers = {text: usual_number(text) for text in distinct[0] | distinct[1]}
    if None not in numbers.values():
        label_of: dict[str, Label] = {text: number for text, number in numbers.items() if number is not None}
        if any(isinstance(number, float) for number in label_of.values()):
            label_of = {text: float(number) for text, number in label_of.items()}
        return [label_of[text] for text in actual], [label_of[text] for text in predicted]
    if (label := _no_value_among(numbers)) is not None:
        raise _no_number(label, actual, predicted, lines)
    _refuse_two_spellings(*distinct, numbers)
    return [*actual], [*predicted]


def signs_among_numbers(texts: Collection[str]) -> list[str]:
    """The texts without a letter or a digit, such as ? and -, where all others are numbers; none without numbers.

    They may be classes, as + and - are, or say that there is no label.
    """
    signs = sorted(text for text in texts if _is_sign(text))
    others = [usual_number(text) for text in texts if not _is_sign(text)]
    return signs if others and None not in others else []


def _is_sign(text: str) -> bool:
    return not any(character.isalnum() for character in text)


def _no_value_among(numbers: Mapping[str, int | float | None]) -> str | None:
    """A text that says that there is no value, where all others are numbers or signs."""
    # Among texts it may be a label: `nan` is a language, `NA` a country, `None` an answer.
    texts = {text for text, number in numbers.items() if number is None and not _is_sign(text)}
    is_among_numbers = any(number is not None for number in numbers.values())
    return min(texts) if texts and is_among_numbers and {text.casefold() for text in texts} <= NO_VALUE else None


def _no_number(
    label: str, actual: Sequence[str], predicted: Sequence[str], lines: Sequence[int] | None
) -> UnreadablePredictions:
    detail = f"“{label}” stands among labels that are numbers, and is none; leave out the samples without one."
    # Names of classes have no lines.
    sides = [side for side in (actual, predicted) if lines is not None and len(side) == len(lines) and label in side]
    line = lines[min(side.index(label) for side in sides)] if lines is not None and sides else None
    return UnreadablePredictions(detail, line=line, label=label)


def _refuse_two_spellings(actual: set[str], predicted: set[str], numbers: dict[str, int | float | None]) -> None:
    numbers |= {text: usual_number(text.replace(",", ".")) for text in numbers if text.count(",") == 1}
    spelling = {numbers[text]: text for text in sorted(actual) if numbers[text] is not None}
    for text in sorted(predicted):
        other = spelling.get(numbers[text], text)
        if other != text:
            detail = f"The actual labels write {other} and the predicted ones {text}; write equal labels alike."
            raise UnreadablePredictions(detail)
