"""Scores of several classes in one value of JSON, as columns: lists, lists with labels, and vectors of Spark."""

from typing import Annotated, Any

import msgspec
from msgspec import Meta, Raw

from shared.predictions.names import kind_of

Number = int | float


class _Labelled(msgspec.Struct, forbid_unknown_fields=True):
    """The score of a class, as pipelines of Hugging Face and BigQuery write it."""

    label: str | int | float
    score: Number | None = None
    prob: Number | None = None


class _Lists(msgspec.Struct, forbid_unknown_fields=True):
    """Classes and their scores, as Vertex AI writes them."""

    classes: list[str | int | float]
    scores: list[Number]


class _Vector(msgspec.Struct, forbid_unknown_fields=True):
    """A vector of Spark: dense with its values, or sparse with the positions of those that are not 0."""

    type: Annotated[int, Meta(ge=0, le=1)]
    values: list[Number]
    size: Annotated[int, Meta(ge=0, le=10_000)] | None = None
    indices: list[int] | None = None


_LABELLED = msgspec.json.Decoder(list[_Labelled])
_LISTS = msgspec.json.Decoder(_Lists)
_VECTOR = msgspec.json.Decoder(_Vector)
_NUMBERS = msgspec.json.Decoder(list[Number])


def spread(name: str, text: bytes) -> dict[str, Raw] | None:
    """Return the scores in a value by what their columns are called behind its name; None for any other value."""
    if text.startswith(b"{"):
        vector = _decoded(_VECTOR, text)
        lists = None if vector is not None else _decoded(_LISTS, text)
        if lists is not None and len(lists.classes) == len(lists.scores):
            return _named([*map(str, lists.classes)], lists.scores)
        return None if vector is None else _of_vector(vector)
    labelled = _decoded(_LABELLED, text)
    if labelled:
        scores = [one.prob if one.score is None else one.score for one in labelled]
        known = [score for score in scores if score is not None]
        return _named([str(one.label) for one in labelled], known) if len(known) == len(scores) else None
    # Of any other name a list of numbers may be labels.
    numbers = _decoded(_NUMBERS, text) if kind_of(name) == "score" else None
    return _named([*map(str, range(len(numbers)))], numbers) if numbers else None


def is_of_one(text: bytes) -> bool:
    """Return True for a list of one number, which is the score of a sample as Keras predicts it, and not of class 0."""
    return text.startswith(b"[") and len(_decoded(_NUMBERS, text) or ()) == 1


def _of_vector(vector: _Vector) -> dict[str, Raw] | None:
    values = vector.values
    if vector.type == 0:
        positions, size = vector.indices or [], vector.size or 0
        if len(positions) != len(values) or any(not 0 <= at < size for at in positions):
            return None
        of_position = dict(zip(positions, values, strict=True))
        values = [of_position.get(at, 0.0) for at in range(size)]
    return _named([*map(str, range(len(values)))], values)


def _named(names: list[str], scores: list[Number]) -> dict[str, Raw] | None:
    if len({*names}) < len(names):
        return None
    return {name: Raw(msgspec.json.encode(score)) for name, score in zip(names, scores, strict=True)}


def _decoded(decoder: msgspec.json.Decoder[Any], text: bytes) -> Any:
    try:
        return decoder.decode(text)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return None
