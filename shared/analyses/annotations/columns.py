"""The annotations of many analyses as columns: an object for each takes longer than all that is computed of them."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import accumulate, chain, pairwise
from typing import Protocol

import msgspec
import numpy as np
from numpy.typing import NDArray

_TEXTS = msgspec.json.Decoder(list[msgspec.Raw])

# Of an id, as its bytes.
_ID_BYTES = 16


class ObjectAnnotation(Protocol):
    """What one annotation states of its object."""

    @property
    def class_name(self) -> str:
        """Name of its class."""

    @property
    def confidence(self) -> float | None:
        """Its confidence; None where none is stated."""

    @property
    def data(self) -> str | bytes:
        """Its shape, as JSON."""


class StatedObject(msgspec.Struct, frozen=True, gc=False):
    """One annotation of the columns."""

    class_name: str
    confidence: float | None
    data: msgspec.Raw


@dataclass(frozen=True, slots=True)
class AnnotationColumns:
    """n annotations of a analyses, one analysis after the other and in their order there.

    `counts` (a,) are the numbers of annotations of the analyses. `ids` (n, 16) are bytes, `class_names` has n names,
    and `confidences` (n,) are NaN where none is stated. `texts` are arrays of JSON, which together have n data.
    `others` is the number of objects of types that were not asked for.
    """

    counts: NDArray[np.int64]
    ids: NDArray[np.uint8]
    class_names: Sequence[str]
    confidences: NDArray[np.float64]
    texts: Sequence[str]
    others: int = 0

    def __len__(self) -> int:
        return len(self.ids)

    @property
    def uncertain(self) -> int:
        """The number of annotations that state no confidence."""
        return int(np.isnan(self.confidences).sum())

    @property
    def certain(self) -> NDArray[np.float64]:
        """The confidences (n,), 1 where none is stated."""
        return np.where(np.isnan(self.confidences), 1.0, self.confidences)

    def by_analysis(self) -> list[list[StatedObject]]:
        """Each annotation by itself, in a list for each analysis."""
        confidences = [None if value != value else value for value in self.confidences.tolist()]  # noqa: PLR0124 -- NaN
        data = chain.from_iterable(map(_TEXTS.decode, self.texts))
        each = list(map(StatedObject, self.class_names, confidences, data))
        bounds = accumulate(self.counts.tolist(), initial=0)
        return [each[start:end] for start, end in pairwise(bounds)]

    def repeated(self, times: Sequence[int], class_names: Sequence[str]) -> "AnnotationColumns":
        """Each annotation (n,) so many times, under these names."""
        rows = np.repeat(np.arange(len(self)), times)
        firsts = np.append(0, np.cumsum(times))[np.append(0, np.cumsum(self.counts))]
        data = [bytes(each).decode() for text in self.texts for each in _TEXTS.decode(text)]
        texts = [f"[{','.join(data[row] for row in rows)}]"] if len(rows) else []
        return replace(
            self,
            counts=np.diff(firsts),
            ids=self.ids[rows],
            class_names=class_names,
            confidences=self.confidences[rows],
            texts=texts,
        )


class AnalysisColumns(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """The columns of one analysis, as its row brings them: ids and confidences as bytes, most significant first."""

    count: int
    ids: bytes
    confidences: bytes
    class_names: list[str]
    data: str
    others: int = 0


def of_rows(rows: Sequence[tuple[bytes, str, float | None, str]], others: int = 0) -> AnalysisColumns:
    """The columns of an analysis from id, class, confidence and data of each of its annotations."""
    ids, class_names, confidences, data = zip(*rows, strict=True) if rows else ([], [], [], [])
    stated = np.array([np.nan if value is None else value for value in confidences], ">f8")
    return AnalysisColumns(len(rows), b"".join(ids), stated.tobytes(), list(class_names), ",".join(data), others)


# Data that are decoded together: thousands by one call, and not so many that what is decoded takes much memory.
_AT_ONCE = 10_000


def joined(analyses: Sequence[AnalysisColumns]) -> AnnotationColumns:
    """The columns of all of the analyses."""
    stated = np.frombuffer(b"".join([each.confidences for each in analyses]), ">f8")
    return AnnotationColumns(
        np.array([each.count for each in analyses], np.int64),
        np.frombuffer(b"".join([each.ids for each in analyses]), np.uint8).reshape(-1, _ID_BYTES),
        list(chain.from_iterable([each.class_names for each in analyses])),
        stated.astype(np.float64),
        list(_arrays(analyses)),
        sum(each.others for each in analyses),
    )


def _arrays(analyses: Sequence[AnalysisColumns]) -> Iterator[str]:
    waiting, count = list[str](), 0
    for each in analyses:
        if each.count:
            waiting.append(each.data)
            count += each.count
        if count > _AT_ONCE:
            yield f"[{','.join(waiting)}]"
            waiting, count = [], 0
    if waiting:
        yield f"[{','.join(waiting)}]"
