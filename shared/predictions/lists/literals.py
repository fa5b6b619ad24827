"""Lists as Python, NumPy, pandas, PyTorch, R and JSON print them, read by a scanner that evaluates no code."""

import ast
import json
import re
from collections.abc import Iterator
from typing import NamedTuple

from shared.predictions.errors import UnreadablePredictions

ABRIDGED = (
    "The list is abridged: it holds “...” instead of some labels; print all of it, such as with print(list(y_pred))."
)

_TOKEN = re.compile(
    r"""
      (?P<space>[ \t\r\n]+)
    | (?P<dots>\.\.\.|…)
    | (?P<text>[uUbB]?(?:'(?:[^'\\\r\n]|\\.)*'|"(?:[^"\\\r\n]|\\.)*"))
    | (?P<number>[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?(?![\w.]))
    | (?P<name>[^\W\d][\w.]*)
    | (?P<open>[\[(])
    | (?P<close>[\])])
    | (?P<comma>,)
    | (?P<other>.)
    """,
    re.VERBOSE | re.DOTALL,
)
# The text allowed before the bracket of a list, and around a single value.
_WRAPPER = re.compile(
    r"(?:<\w*Array>\s*|<tf\.Tensor:[^\[\]<>]*numpy=)?"
    r"(?:(?:np|numpy|torch|tf|pd|pandas|jnp|jax\.numpy|cupy|cp)\.)?"
    r"(?:array|asarray|tensor|Tensor|Array|list|tuple|Series|Index|Int64Index|Categorical|deque|c)?\s*(?=[\[(])"
)
_SCALAR = re.compile(
    r"(?:(?:np|numpy|torch|jnp|tf)\.)?(?:u?int\d*|float\d*|longlong|intc|double|str_|str|bool_|bool|tensor|array)"
)
_NOTHING = frozenset({"None", "nan", "NaN", "null", "NaT", "NA", "np.nan", "numpy.nan", "inf"})
_TRUE_OR_FALSE = {
    "True": "True", "False": "False", "true": "true", "false": "false", "np.True_": "True", "np.False_": "False",
    "numpy.True_": "True", "numpy.False_": "False",
}  # fmt: skip
# The text allowed after a list: `, dtype=int64)`, `shape=(3,)`, pandas' own last lines.
_AFTER_LIST = re.compile(
    r"(?:\s*,\s*\w+\s*=\s*(?:'[^']*'|\"[^\"]*\"|\([\d, ]*\)|[\w.]+(?:\('[^']*'\)|\(type='[^']*'\))?))*\s*,?\s*\)?>?\s*"
    r"(?:Length: \d+(?:,\s*dtype: [\w\[\], ]+)?\s*)?(?:Categories \(\d+, [^\r\n]*\s*)?(?:,?\s*dtype: [\w\[\], ]+\s*)?"
)
# Possessive, so that text that is no such list fails at once.
_WHOLE_NUMBERS = re.compile(r"[\[(](?P<items>\s*+-?\d++(?:(?:\s*+,\s*+-?\d++)*+|(?:\s++-?\d++)*+)\s*+)[\])]")
_SIMPLE_TEXT = re.compile(r"'[^'\\\r\n\"]*+'")
_SIMPLE_TEXTS = re.compile(r"[\[(]\s*+'[^'\\\r\n\"]*+'(?:\s*+,\s*+'[^'\\\r\n\"]*+')*+\s*+[\])]")


class _Token(NamedTuple):
    kind: str
    text: str
    start: int
    end: int


def read_literal(text: str) -> list[str] | None:
    """The labels of a printed list as texts, numbers as they are written; None where the text is no such list.

    Raises UnreadablePredictions for a list that is abridged, nested, broken off, or holds no labels.
    """
    if (plain := _plain(text)) is not None:
        return plain
    wrapper = _WRAPPER.match(text)
    if wrapper is None or not text:
        return None
    start = wrapper.end()
    if text[start] == "(" and wrapper[0].strip() and (inner := _WRAPPER.match(text, start + 1)):
        # `array([...])`, `list((...))`, or R's `c(...)`.
        start = inner.end()
    end = _closing(text, start)
    if end is None or not _AFTER_LIST.fullmatch(text, end):
        return None
    return read_items(text[start + 1 : end - 1])


def _plain(text: str) -> list[str] | None:
    """The items of a list of whole numbers or of simple quoted texts, most lists by far, without the scanner."""
    if match := _WHOLE_NUMBERS.fullmatch(text):
        return re.split(r"\s*,\s*", match["items"].strip()) if "," in match["items"] else match["items"].split()
    return [item[1:-1] for item in _SIMPLE_TEXT.findall(text)] if _SIMPLE_TEXTS.fullmatch(text) else None


def read_items(text: str) -> list[str]:
    """The labels between the brackets of a list: with commas between them, or with blanks as NumPy prints them."""
    tokens = [token for token in _tokens(text) if token.kind != "space"]
    if any(token.kind == "dots" for token in tokens):
        raise UnreadablePredictions(ABRIDGED)
    if any(token.kind == "comma" for token in _outermost(tokens)):
        return [_value(text, item) for item in _between_commas(tokens)]
    return _between_blanks(text, tokens)


def _tokens(text: str) -> Iterator[_Token]:
    for match in _TOKEN.finditer(text):
        yield _Token(match.lastgroup or "other", match[0], match.start(), match.end())


def _closing(text: str, start: int) -> int | None:
    """Return the position after the bracket that closes the one at `start`; None if it is never closed."""
    depth = 0
    for match in _TOKEN.finditer(text, start):
        if match.lastgroup == "open":
            depth += 1
        elif match.lastgroup == "close":
            depth -= 1
            if depth == 0:
                return match.end()
    return None


def _outermost(tokens: list[_Token]) -> Iterator[_Token]:
    depth = 0
    for token in tokens:
        if token.kind == "close":
            depth -= 1
        if depth == 0:
            yield token
        if token.kind == "open":
            depth += 1


def _between_commas(tokens: list[_Token]) -> Iterator[list[_Token]]:
    item: list[_Token] = []
    depth = 0
    for token in tokens:
        depth += (token.kind == "open") - (token.kind == "close")
        if token.kind == "comma" and depth == 0:
            yield item
            item = []
        else:
            item.append(token)
    # A comma may follow the last one, too.
    if item:
        yield item


def _between_blanks(text: str, tokens: list[_Token]) -> list[str]:
    items: list[list[_Token]] = []
    depth = 0
    for token in tokens:
        # A call such as np.int64(0) has no blank before its bracket.
        if depth or (items and token.start == items[-1][-1].end and token.kind != "text"):
            items[-1].append(token)
        else:
            items.append([token])
        depth += (token.kind == "open") - (token.kind == "close")
    if len(items) > 1 and any(item[0].kind in {"name", "other"} and not _is_constant(item) for item in items):
        raise UnreadablePredictions("Labels between brackets and without commas need quotes: ['red wine' 'cider'].")
    return [_value(text, item) for item in items]


def _is_constant(item: list[_Token]) -> bool:
    return item[0].text in _TRUE_OR_FALSE or len(item) > 1


def _value(text: str, item: list[_Token]) -> str:
    if not item:
        raise UnreadablePredictions("Between two commas of the list there is no label; remove one of them.")
    kinds = [token.kind for token in item]
    if kinds[0] == "open" and kinds[-1] == "close" and kinds.count("open") == 1:
        inner = [token for token in item[1:-1] if token.kind != "comma"]
        if len(inner) == 1:
            return _value(text, inner)
        raise UnreadablePredictions("The list holds lists; paste one list with a label for each sample.")
    if "open" in kinds and kinds[0] == "open":
        raise UnreadablePredictions("The list holds lists; paste one list with a label for each sample.")
    if len(item) == 1:
        return _single(item[0])
    if "open" in kinds:
        return _call_value(text, item)
    if "text" in kinds:
        detail = f"In the list, {_excerpt(text, item)} is not one label; put a comma between labels."
        raise UnreadablePredictions(detail)
    return text[item[0].start : item[-1].end]


def _single(token: _Token) -> str:
    if token.kind == "text":
        try:
            value = _json_text(token.text) or ast.literal_eval(token.text)
        except (ValueError, SyntaxError) as error:
            raise UnreadablePredictions(f"{token.text[:40]} is not a text as Python prints it.") from error
        return value.decode("utf-8", errors="backslashreplace") if isinstance(value, bytes) else str(value)
    if token.text in _NOTHING:
        raise UnreadablePredictions(f"The list holds {token.text} where a label should be; every sample needs one.")
    if token.kind == "number":
        return _number(token.text)
    return _TRUE_OR_FALSE.get(token.text, token.text)


def _json_text(text: str) -> str | None:
    """The text that JSON writes so, with its own escapes for slashes and for pairs of surrogates."""
    try:
        return str(json.loads(text)) if text[0] == '"' else None
    except ValueError:
        return None


def _number(text: str) -> str:
    # NumPy prints 1.0 as `1.`, and 1.5 beside it with the blanks that make them equally long.
    return text + "0" if text.endswith(".") else text


def _call_value(text: str, item: list[_Token]) -> str:
    name, opening, closing = item[0], item[1], item[-1]
    arguments = list(_between_commas(item[2:-1]))
    if (
        name.kind == "name"
        and opening.text == "("
        and closing.text == ")"
        and _SCALAR.fullmatch(name.text)
        and arguments
        and len(arguments[0]) == 1
        and all(len(keyword) > 1 and keyword[1].text == "=" for keyword in arguments[1:])
    ):
        return _single(arguments[0][0])
    if all(token.kind in {"name", "number", "space", "open", "close"} for token in item) and name.kind != "open":
        # A label without quotes that holds brackets, such as cat (big).
        return text[item[0].start : item[-1].end]
    raise UnreadablePredictions(f"In the list, {_excerpt(text, item)} is not a label; paste plain numbers or texts.")


def _excerpt(text: str, item: list[_Token]) -> str:
    return text[item[0].start : min(item[-1].end, item[0].start + 40)]
