"""What a detection run keeps: every object of both sides, and which of them overlap; all counts are made of this."""

import io
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any, NamedTuple
from uuid import UUID
from zipfile import ZIP_DEFLATED, ZIP_STORED, ZipFile

import numpy as np
from numpy.typing import NDArray

from shared.evaluation.detection.error_analysis.error_types import Errors
from shared.evaluation.detection.geometry.object_table import ObjectTable
from shared.evaluation.detection.geometry.overlaps import Overlaps
from shared.evaluation.detection.matching.image_labels import NO_LABELS, ImageLabels
from shared.evaluation.detection.matching.ranked_outcomes import Scene

# Of an id, as its bytes.
_ID_BYTES = 16

Ids = NDArray[np.uint8]

# What a scene sorts, kept so that the first answer need not: `Scene` has properties of these names.
_ORDERS = ("by_confidence", "places", "turn_rows")

# Columns of numbers without a pattern, which are written as they are: to deflate them takes as long as all matching,
# and spares a third of the file where coordinates have two decimals, and little where they have more.
_PLAIN = (
    "image_ids",
    "reference_analyses",
    "candidate_analyses",
    "reference_ids",
    "candidate_ids",
    "reference_xywh",
    "candidate_xywh",
    "reference_areas",
    "candidate_areas",
    "candidate_confidences",
    "overlap_iou",
    "order_by_confidence",
    "order_turn_rows",
)


class StoredScene(NamedTuple):
    """A scene with the ids (n, 16) of its images, of their analyses and of the annotations on both sides.

    `errors` are those at IoU 0.50; None in the file of an older run.
    """

    scene: Scene
    images: Ids
    reference_analyses: Ids
    candidate_analyses: Ids
    references: Ids
    candidates: Ids
    errors: Errors | None = None


def ids_of(ids: list[UUID]) -> Ids:
    """Ids as rows of bytes."""
    # A property of each of thousands costs more than what it reads.
    return np.frombuffer(b"".join([one.int.to_bytes(_ID_BYTES) for one in ids]), np.uint8).reshape(-1, _ID_BYTES)


def id_at(ids: Ids, position: int) -> UUID:
    """The id at a position."""
    return UUID(bytes=ids[position].tobytes())


def write(path: Path, stored: StoredScene, levels: Mapping[str, NDArray[Any]]) -> None:
    """Write a scene to a file, with the table of its counts beside it."""
    scene = stored.scene
    columns: dict[str, Any] = {
        f"{side}_{name}": value
        for side, table in (("reference", scene.references), ("candidate", scene.candidates))
        for name, value in vars(table).items()
    }
    columns |= {f"overlap_{name}": value for name, value in scene.overlaps._asdict().items()}
    columns |= {f"label_{name}": value for name, value in scene.labels._asdict().items() if len(value)}
    columns |= {
        "class_count": np.array(scene.class_count),
        "image_ids": stored.images,
        "reference_analyses": stored.reference_analyses,
        "candidate_analyses": stored.candidate_analyses,
        "reference_ids": stored.references,
        "candidate_ids": stored.candidates,
    }
    columns |= {f"order_{name}": getattr(scene, name).astype(np.int32) for name in _ORDERS}
    if stored.errors is not None:
        columns |= {
            f"error_{name}": value.astype(np.int8 if name == "types" else np.int32)
            for name, value in stored.errors._asdict().items()
        }
    # As numpy.savez_compressed writes them, which takes five times as long for a tenth less.
    with ZipFile(path, "w", ZIP_DEFLATED, compresslevel=1) as archive:
        for name, column in (columns | dict(levels)).items():
            # Of the members that are opened from here on.
            archive.compression = ZIP_STORED if name in _PLAIN else ZIP_DEFLATED
            with archive.open(f"{name}.npy", "w", force_zip64=True) as member:
                np.lib.format.write_array(member, column, allow_pickle=False)


@contextmanager
def opened(file: IO[bytes] | io.RawIOBase, buffer_size: int = 2**20) -> Iterator[Mapping[str, NDArray[Any]]]:
    """All columns that `write` wrote, each read when it is asked for."""
    buffered = io.BufferedReader(file, buffer_size=buffer_size) if isinstance(file, io.RawIOBase) else file
    with np.load(buffered, allow_pickle=False) as columns:
        yield columns


def read(file: IO[bytes] | io.RawIOBase) -> StoredScene:
    """The scene that `write` wrote."""
    with opened(file) as columns:
        return scene_in(columns)


def scene_in(columns: Mapping[str, NDArray[Any]]) -> StoredScene:
    """The scene of opened columns."""
    references, candidates = (
        ObjectTable(**{name: columns[f"{side}_{name}"] for name in ObjectTable.__dataclass_fields__})
        for side in ("reference", "candidate")
    )
    pairs = Overlaps(*(columns[f"overlap_{name}"] for name in Overlaps._fields))
    labels = ImageLabels(*(columns.get(f"label_{name}", none) for name, none in NO_LABELS._asdict().items()))
    scene = Scene(references, candidates, pairs, int(columns["class_count"]), labels)
    # Where `cached_property` looks for them.
    kept = [name for name in _ORDERS if f"order_{name}" in columns]
    vars(scene).update({name: columns[f"order_{name}"].astype(np.int64) for name in kept})
    return StoredScene(
        scene,
        columns["image_ids"],
        columns["reference_analyses"],
        columns["candidate_analyses"],
        columns["reference_ids"],
        columns["candidate_ids"],
        Errors(*(columns[f"error_{name}"] for name in Errors._fields)) if "error_types" in columns else None,
    )
