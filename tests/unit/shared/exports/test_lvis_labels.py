"""What ground truth says of whole images goes out in LVIS' members of COCO's file, and comes back from them."""

import json
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from uuid import uuid4

import msgspec
from hypothesis import given, settings
from hypothesis import strategies as st

from shared.analyses.image_labels import TruthLabels
from shared.analyses.numbered_categories import NumberedCategory
from shared.evaluation.detection.rules.lvis import Frequency
from shared.exports.writing.formats import write
from shared.exports.writing.source import NO_LABELS, ExportedImage, ExportedObject, ExportSource
from shared.imports.planning import ImportLimits, ImportOptions, plan
from shared.imports.reading.files import FileLimits
from shared.imports.reading.objects import Known, KnownImage
from tests.unit.shared.exports.objects import encoded
from tests.unit.shared.imports.test_formats import examine

CLASSES = ("car", "bus", "ампула")
NAMES = ("a.jpg", "b.jpg")
LIMITS = ImportLimits(FileLimits(10**7, 10**8), 100_000, 10**6)
BOX = encoded({"format": "xywh", "bbox": [1, 2, 3, 4]})

FREQUENCIES: st.SearchStrategy[list[Frequency | None]] = st.lists(
    st.sampled_from([None, "rare", "common", "frequent"]), min_size=3, max_size=3
)
SOME = st.lists(st.sampled_from(CLASSES), unique=True)
LABELS = st.builds(TruthLabels, verified_classes=SOME, absent_classes=SOME, not_exhaustive_classes=SOME)


def exported(
    labels: list[TruthLabels | None], frequencies: list[Frequency | None], used: list[list[str]], folder: Path
) -> tuple[Any, list[str]]:
    """The document and the notices of an export of two images, on which these classes have a box."""
    rows = [
        ExportedObject(place, "bounding_box", name, None, BOX) for place, names in enumerate(used) for name in names
    ]
    (folder / "objects").write_bytes(b"".join(msgspec.json.encode(row) + b"\n" for row in rows))
    images = [ExportedImage(name, 10, 10, 7 - n, labels[n]) for n, name in enumerate(NAMES)]
    categories = {
        name: NumberedCategory(name, number, frequency=frequency)
        for number, (name, frequency) in enumerate(zip(CLASSES, frequencies, strict=True), start=3)
    }
    _, report = write("coco", ExportSource(images, categories, folder / "objects", 0, is_truth=True), folder)
    return json.loads((folder / "annotations.json").read_text()), msgspec.json.decode(report.body)["notices"]  # type: ignore[union-attr]


def imported(folder: Path) -> tuple[list[Frequency | None], dict[str, dict[str, list[str]]]]:
    """How frequent the categories are, and the labels of each image."""
    known = Known([KnownImage(uuid4(), name, 10, 10, None) for name in NAMES], [])
    options = ImportOptions("annotations.json", "coco", "ground_truth", {})
    made = plan(folder / "annotations.json", options, known, LIMITS, lambda _: None, examine)
    names = {image.id: image.filename for image in known.images}
    labels = {names[analysis.image_id]: analysis.labels for analysis in made.analyses}
    return [category.frequency for category in made.categories], labels


@given(labels=st.tuples(LABELS, LABELS), frequencies=FREQUENCIES, used=st.tuples(SOME, SOME))
@settings(max_examples=50, deadline=None)
def test_labels_and_frequencies_come_back(
    labels: tuple[TruthLabels, TruthLabels], frequencies: list[Frequency | None], used: tuple[list[str], list[str]]
) -> None:
    with TemporaryDirectory() as folder:
        exported(list(labels), frequencies, list(used), Path(folder))
        of_categories, of_images = imported(Path(folder))

    assert of_categories == frequencies
    for name, one, names in zip(NAMES, labels, used, strict=True):
        # A class of an object is looked for without being named.
        searched = {*one.verified_classes, *one.absent_classes} - set(names)
        assert set(of_images[name].get("verified_classes", [])) == searched
        assert set(of_images[name].get("not_exhaustive_classes", [])) == set(one.not_exhaustive_classes)


def test_a_file_without_labels_has_none_of_lviss_members(tmp_path: Path) -> None:
    document, notices = exported([NO_LABELS, NO_LABELS], [None, None, None], [["car"], []], tmp_path)

    assert [image.keys() for image in document["images"]] == [{"id", "file_name", "width", "height"}] * 2
    assert [category.keys() for category in document["categories"]] == [{"id", "name"}] * 3
    assert notices == []


def test_labels_that_cannot_be_read_are_reported(tmp_path: Path) -> None:
    document, notices = exported([None, TruthLabels(absent_classes=["bus"])], ["rare", None, None], [[], []], tmp_path)

    assert document["images"][1] == {
        "id": 7,
        "file_name": "a.jpg",
        "width": 10,
        "height": 10,
        "neg_category_ids": [],
        "not_exhaustive_category_ids": [],
    }
    assert document["images"][0]["neg_category_ids"] == [4]
    assert document["categories"][0] == {"id": 3, "name": "car", "frequency": "r"}
    assert notices == ["1 image names the classes that were looked for in a form that cannot be read, and left out."]
