"""Scores of several classes in one value of JSON, as columns: lists, lists with labels, and vectors of Spark."""

from typing import Annotated, Any

import msgspec
from msgspec import Meta, Raw

from shared.predictions.tables.names import kind_of
from shared.predictions.values import score

Number = int | float
Name = str | int | float


# How the members of an entry are written that are called otherwise here.
_MEMBERS = {"of_class": "class", "title": "Name", "tag_name": "tagName", "rating": "Score", "tag_id": "tagId"}


class _Labelled(msgspec.Struct, forbid_unknown_fields=True, rename=_MEMBERS):
    """The score of a class, as pipelines of Hugging Face, BigQuery, Comprehend and Custom Vision write it.

    `bq query --format=json` writes numbers as texts.
    """

    label: Name | None = None
    of_class: Name | None = None
    name: Name | None = None
    title: Name | None = None
    tag_name: Name | None = None
    score: Number | str | None = None
    prob: Number | str | None = None
    probability: Number | str | None = None
    confidence: Number | str | None = None
    rating: Number | str | None = None
    tag_id: str | None = None

    @property
    def names(self) -> list[Name]:
        """What names the class; it has to be one member."""
        known = (self.label, self.of_class, self.name, self.title, self.tag_name)
        return [name for name in known if name is not None]

    @property
    def numbers(self) -> list[Number | None]:
        """The score, None for a text that is no number; it has to be one member."""
        known = (self.score, self.prob, self.probability, self.confidence, self.rating)
        return [score(number) if isinstance(number, str) else number for number in known if number is not None]


class _Lists(msgspec.Struct, forbid_unknown_fields=True):
    """Classes and their scores, as Vertex AI writes them of tables."""

    classes: list[Name]
    scores: list[Number]


class _ListsOfPictures(msgspec.Struct, forbid_unknown_fields=True, rename="camel"):
    """Classes and their scores, as Vertex AI writes them of pictures and texts."""

    display_names: list[Name]
    confidences: list[Number]
    ids: list[str] | None = None


class _Vector(msgspec.Struct, forbid_unknown_fields=True):
    """A vector of Spark: dense with its values, or sparse with the positions of those that are not 0."""

    type: Annotated[int, Meta(ge=0, le=1)]
    values: list[Number]
    size: Annotated[int, Meta(ge=0, le=10_000)] | None = None
    indices: list[int] | None = None


class _Positional(msgspec.Struct, forbid_unknown_fields=True, array_like=True):
    """The same vector as a row of its fields: `[1,0,[],[0.2,0.8]]`."""

    type: Annotated[int, Meta(ge=0, le=1)]
    size: Annotated[int, Meta(ge=0, le=10_000)] | None
    indices: list[int] | None
    values: list[Number]


_LABELLED = msgspec.json.Decoder(list[_Labelled])
_LISTS = (msgspec.json.Decoder(_Lists), msgspec.json.Decoder(_ListsOfPictures))
_VECTOR = msgspec.json.Decoder(_Vector)
_POSITIONAL = msgspec.json.Decoder(_Positional)
_NUMBERS = msgspec.json.Decoder(list[Number])


def spread(name: str, text: bytes) -> dict[str, Raw] | None:
    """Return the scores in a value by what their columns are called behind its name; None for any other value."""
    if text.startswith(b"{"):
        vector = _decoded(_VECTOR, text)
        return _of_lists(text) if vector is None else _of_vector(vector)
    if labelled := _decoded(_LABELLED, text):
        return _of_labelled(labelled)
    if (row := _decoded(_POSITIONAL, text)) is not None:
        return _of_vector(_Vector(row.type, row.values, row.size, row.indices))
    # Of any other name a list of numbers may be labels.
    numbers = _decoded(_NUMBERS, text) if kind_of(name) == "score" else None
    return _named([*map(str, range(len(numbers)))], numbers) if numbers else None


def is_of_one(text: bytes) -> bool:
    """Return True for a list of one number, which is the score of a sample as Keras predicts it, and not of class 0."""
    return text.startswith(b"[") and len(_decoded(_NUMBERS, text) or ()) == 1


def _of_lists(text: bytes) -> dict[str, Raw] | None:
    for decoder in _LISTS:
        if (lists := _decoded(decoder, text)) is not None:
            names, scores = msgspec.structs.astuple(lists)[:2]
            return _named([*map(str, names)], scores) if len(names) == len(scores) else None
    return None


def _of_labelled(labelled: list[_Labelled]) -> dict[str, Raw] | None:
    names = [name for one in labelled for name in one.names]
    numbers = [number for one in labelled for number in one.numbers if number is not None]
    is_whole = all(len(one.names) == len(one.numbers) == 1 for one in labelled) and len(numbers) == len(names)
    return _named([*map(str, names)], numbers) if is_whole else None


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
