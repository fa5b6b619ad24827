"""Class labels as texts that can be shown: labels are hostile, long and in any script."""

import re
import unicodedata
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from shared.evaluation.types import Label
from shared.kit.names import is_visible

# XML allows no control characters, surrogates cannot be encoded, direction overrides make a text read as another.
_CONTROL = re.compile("[\x00-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff\u2028-\u202e\u2066-\u2069]")
_REPLACEMENT = "\ufffd"
_CONTROL_PICTURES = 0x2400
_ELLIPSIS = "…"
_NARROW_COLUMNS, _WIDE_COLUMNS = 16, 32


@dataclass(frozen=True, slots=True)
class LabelTexts:
    """Labels in three lengths; `longer` are the positions of those cut somewhere."""

    full: tuple[str, ...]
    wide: tuple[str, ...]
    narrow: tuple[str, ...]
    longer: tuple[int, ...]

    def cut(self, i: int, wide: bool) -> bool:  # noqa: FBT001 - called from the template
        """Return True if the wide or narrow form of the label at position `i` is shorter than the label."""
        return self.full[i] != (self.wide if wide else self.narrow)[i]


def plain_text(text: str) -> str:
    """The text with each control character made visible, so that HTML and XML can carry it."""
    return _CONTROL.sub(_picture, text)


def label_text(label: Label) -> str:
    """The label as one non-blank line of text."""
    text = plain_text(str(label))
    return text if is_visible(text) else f"(blank{' × ' + str(len(text)) if text else ''})"


def display_width(text: str) -> int:
    """The columns that the text takes, where an East Asian wide character takes two and a combining mark none."""
    return sum(map(_columns, text))


def cut(text: str, limit: int) -> str:
    """The text in at most `limit` columns, its middle replaced by an ellipsis where it is longer."""
    if display_width(text) <= limit:
        return text
    head = _fitting(text, limit // 2)
    tail = _fitting(text[::-1], limit - 1 - limit // 2)
    return f"{head}{_ELLIPSIS}{tail[::-1]}"


def short_labels(texts: Sequence[str], limit: int, spell: Callable[[str], str] = str) -> tuple[str, ...]:
    """The texts cut to `limit` columns, in the form of `spell`; those that look alike end in their position from 1."""
    cut_texts = [spell(cut(text, limit)) for text in texts]
    alike = Counter(cut_texts)
    marks = [f" #{i}" if alike[text] > 1 else "" for i, text in enumerate(cut_texts, start=1)]
    return tuple(spell(cut(text, limit - len(mark))) + mark for text, mark in zip(texts, marks, strict=True))


def label_names(labels: Sequence[Label]) -> LabelTexts:
    """The labels as the pages show them."""
    texts = tuple(map(label_text, labels))
    narrow = short_labels(texts, _NARROW_COLUMNS)
    return LabelTexts(
        full=texts,
        wide=short_labels(texts, _WIDE_COLUMNS),
        narrow=narrow,
        longer=tuple(i for i, text in enumerate(texts) if narrow[i] != text),
    )


def _picture(match: re.Match[str]) -> str:
    code = ord(match[0])
    return chr(_CONTROL_PICTURES + code) if code < ord(" ") else _REPLACEMENT


def _columns(character: str) -> int:
    if unicodedata.category(character) in {"Mn", "Me", "Cf"}:
        return 0
    return 2 if unicodedata.east_asian_width(character) in {"W", "F"} else 1


def _fitting(text: str, limit: int) -> str:
    used = 0
    for end, character in enumerate(text):
        used += _columns(character)
        if used > limit:
            return text[:end]
    return text
