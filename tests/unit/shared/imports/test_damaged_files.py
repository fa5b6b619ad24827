"""Whatever a file says, it is read, or refused with a sentence; no reader trips over it."""

import contextlib
import io
import json
import re
import zipfile
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from shared.imports.reading.formats import FORMATS, FormatName
from shared.imports.reading.objects import Category, Known, KnownImage
from shared.kit.errors import DomainError
from shared.kit.ids import uuid7
from tests.unit.shared.imports.containers import CONTAINERS, Box, Picture, encoded, via_table, zipped
from tests.unit.shared.imports.test_formats import planned
from tests.unit.shared.imports.test_members import KEPT

SCENES = [Picture("street.jpg", 200, 100, [Box("car", 10, 20, 30, 40), Box("bus", 1, 2, 3, 4)])]
KNOWN = Known([KnownImage(uuid7(), "street.jpg", 200, 100, 5)], [Category("car", 3), Category("bus", 4)])

COCO = {
    "images": [{"id": 5, "file_name": "street.jpg", "width": 200, "height": 100}],
    "categories": [{"id": 3, "name": "car", "keypoints": ["nose"], "skeleton": [[1, 1]]}],
    "annotations": [
        {"id": 1, "image_id": 5, "category_id": 3, "keypoints": [1, 2, 2], "bbox": [1, 2, 3, 4], "area": 4},
        {"id": 2, "image_id": 5, "category_id": 3, "segmentation": [[1, 2, 3, 4, 5, 6]], "attributes": {"a": 1}},
        {"id": 3, "image_id": 5, "category_id": 3, "segmentation": {"size": [100, 200], "counts": [5, 6]}},
        {"image_id": 5, "file_name": "street.png", "segments_info": [{"id": 1, "category_id": 3}]},
    ],
}
RESULTS = [{"image_id": 5, "category_id": 3, "bbox": [1, 2, 3, 4], "score": 0.5}]

SAID: list[tuple[FormatName, str]] = [
    ("cvat", "a skeleton of CVAT with points that are hidden or outside"),
    ("cvat", "a mask of CVAT"),
    ("labelme", "two parts of one object of LabelMe"),
    ("label_studio", "a polygon of Label Studio"),
    ("label_studio", "labels of Label Studio that stand apart from the shapes"),
    ("datumaro", "two parts of one object of Datumaro, with its box"),
    ("datumaro", "points of Datumaro"),
    ("datumaro", "a mask of Datumaro with its score"),
]

SEEDS: list[tuple[FormatName, bytes]] = [
    *((name, make(SCENES)) for name, make in CONTAINERS.items()),
    ("via", via_table(SCENES)),
    ("coco", encoded(COCO)),
    ("coco_results", encoded(RESULTS)),
    ("dota", zipped({"labelTxt/street.txt": "gsd:0.5\n1 2 3 2 3 4 1 4 car 1\n"})),
    ("dota", zipped({"Task1_car.txt": "street 0.5 1 2 3 2 3 4 1 4\n"})),
]
SEEDS += [(name, body if isinstance(body := KEPT[key][1], bytes) else encoded(body)) for name, key in SAID]

STRANGE = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-(2**70), 2**70),
    st.floats(allow_nan=False, allow_infinity=False),
    st.sampled_from(["", "\0", "a" * 300, "/", "..", "1e999", "nan", "\ud7ff", "５"]),
    st.lists(st.one_of(st.none(), st.integers(-3, 3), st.lists(st.integers(0, 3), max_size=3)), max_size=4),
    st.dictionaries(st.sampled_from(["size", "counts", "x", "name"]), st.integers(-3, 10**12), max_size=3),
)
WORDS = st.sampled_from(
    ["", "-1", "nan", "inf", "1e999", "\0", "９", "a;b", "1,2;3", '"', "<a>", "-0", "1" * 400, "\ud7ff"]
)


def places(document: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """Every place in a JSON document."""
    inner = (
        document.items() if isinstance(document, dict) else enumerate(document) if isinstance(document, list) else ()
    )
    return [path, *(place for key, value in inner for place in places(value, (*path, key)))]


def replaced(document: Any, path: tuple[Any, ...], value: Any) -> Any:
    """The document with another value at a place."""
    if not path:
        return value
    changed = document.copy()
    changed[path[0]] = replaced(document[path[0]], path[1:], value)
    return changed


def damaged(data: st.DataObject, body: bytes) -> bytes:
    """A file with a few values or words that were never there."""
    if body.startswith(b"PK"):
        with zipfile.ZipFile(io.BytesIO(body)) as packed:
            members = {name: packed.read(name) for name in packed.namelist()}
        name = data.draw(st.sampled_from(sorted(members)))
        return zipped({**members, name: damaged(data, members[name])})
    if body[:1] in {b"{", b"["}:
        document = json.loads(body)
        for _ in range(data.draw(st.integers(1, 3))):
            document = replaced(document, data.draw(st.sampled_from(places(document))), data.draw(STRANGE))
        return json.dumps(document).encode()
    words = re.split(r"([\s,;\"<>]+)", body.decode())
    for _ in range(data.draw(st.integers(1, 3))):
        words[data.draw(st.integers(0, len(words) - 1))] = data.draw(WORDS)
    return "".join(words).encode()


def test_every_format_has_a_seed() -> None:
    assert {name for name, _ in SEEDS} == FORMATS.keys()


@pytest.mark.parametrize("role", ["ground_truth", "predictions"])
@pytest.mark.parametrize("index", range(len(SEEDS)))
@settings(max_examples=15, suppress_health_check=[HealthCheck.too_slow])
@given(data=st.data())
def test_no_reader_trips_over_a_damaged_file(index: int, role: Any, data: st.DataObject) -> None:
    name, body = SEEDS[index]
    sent = damaged(data, body)
    known = data.draw(st.sampled_from([KNOWN, Known([], [])]))
    with TemporaryDirectory() as folder:
        for file_format in (name, None):
            with contextlib.suppress(DomainError):
                planned(Path(folder), sent, role=role, known=known, file_format=file_format)
