"""Archives with pictures beside their annotations, and archives that are made to do harm."""

import io
import os
import stat
import tracemalloc
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from shared.imports.errors import ArchiveRefused, ImportTooLarge
from shared.imports.planning import ImportLimits, ImportOptions, plan
from shared.imports.reading import pictures
from shared.imports.reading.files import FileLimits
from shared.imports.reading.objects import Known, KnownImage
from shared.kit.errors import DomainError, InvalidInput
from shared.kit.ids import uuid7
from shared.pictures.decoding import Picture
from tests.pictures import picture, turned
from tests.unit.shared.imports.containers import CONTAINERS, WITHOUT_IMAGES, Box, encoded, zipped
from tests.unit.shared.imports.containers import Picture as Scene
from tests.unit.shared.imports.test_formats import objects, planned

NOTHING = Known([], [])
BODY = picture("JPEG", (64, 48))
SCENE = Scene("street.jpg", 64, 48, [Box("car", 16, 12, 32, 24)])


def with_pictures(archive: bytes, **files: bytes) -> bytes:
    """An archive, or a document, with more files; `__` stands for a slash and `_dot_` for a dot."""
    members: dict[str, str | bytes] = {}
    if archive.startswith(b"PK"):
        with zipfile.ZipFile(io.BytesIO(archive)) as packed:
            members = {name: packed.read(name) for name in packed.namelist()}
    else:
        endings = {b"<": "xml", b"{": "json", b"[": "json"}
        members[f"annotations.{endings.get(archive.lstrip()[:1], 'csv')}"] = archive
    return zipped({**members, **{name.replace("__", "/").replace("_dot_", "."): body for name, body in files.items()}})


@pytest.mark.parametrize("name", sorted(CONTAINERS.keys() - {"label_studio"}))
def test_pictures_come_in_beside_the_annotations_of_every_program(tmp_path: Path, name: Any) -> None:
    body = with_pictures(CONTAINERS[name]([SCENE]), images__train__street_dot_jpg=BODY, notes_dot_md=b"hello")

    made = planned(tmp_path, body, known=NOTHING)

    (image,) = made.new_images
    assert made.report.format == name
    assert (image.filename, image.width, image.height) == ("street.jpg", 64, 48)
    sent = made.pictures[image.id]
    assert (sent.member, sent.content_type, sent.orientation, sent.size_bytes) == (
        "images/train/street.jpg",
        "image/jpeg",
        1,
        len(BODY),
    )
    ((_, label, _, data),) = objects(made)
    assert (label, made.report.pictures, made.report.images_created) == ("car", 1, 1)
    assert data["bbox"][:2] == [16, 12]


def test_tasks_of_label_studio_have_no_archive(tmp_path: Path) -> None:
    # Its archives are those of other programs: COCO, Pascal VOC and YOLO.
    assert "label_studio" in WITHOUT_IMAGES
    with pytest.raises(DomainError):
        planned(tmp_path, with_pictures(CONTAINERS["label_studio"]([SCENE]), street_dot_jpg=BODY), known=NOTHING)


def test_an_image_lies_as_it_is_displayed(tmp_path: Path) -> None:
    upright = Scene("street.jpg", 48, 64, SCENE.boxes)

    made = planned(tmp_path, with_pictures(CONTAINERS["coco"]([upright]), street_dot_jpg=turned(6)), known=NOTHING)

    ((sent,), (image,)) = made.pictures.values(), made.new_images
    assert (image.width, image.height, sent.orientation) == (48, 64, 6)


def test_a_picture_of_an_image_that_the_project_has_is_left_out_and_reported(tmp_path: Path) -> None:
    known = Known([KnownImage(uuid7(), "street.jpg", 64, 48, None)], [])

    made = planned(tmp_path, with_pictures(CONTAINERS["yolo"]([SCENE]), street_dot_jpg=BODY), known=known)

    assert (made.new_images, made.pictures) == ([], {})
    assert made.report.notices == ["1 picture is that of images that the project has, or of none."]


def examined(_body: bytes) -> Picture:
    return Picture("image/jpeg", 64, 48, 1)


FAULTS: list[tuple[str, bytes, str, str]] = [
    (
        "coco",
        with_pictures(CONTAINERS["coco"]([SCENE]), street_dot_jpg=b"no picture"),
        "/street.jpg",
        "this is not a complete JPEG",
    ),
    (
        "coco",
        with_pictures(CONTAINERS["coco"]([SCENE]), street_dot_jpg=BODY[:-300]),
        "/street.jpg",
        "this is not a complete JPEG",
    ),
    (
        "coco",
        with_pictures(CONTAINERS["coco"]([SCENE]), a__street_dot_jpg=BODY, b__street_dot_jpg=BODY),
        "/b~1street.jpg",
        "the archive has “a/street.jpg” with the same name",
    ),
    (
        "yolo",
        with_pictures(CONTAINERS["yolo"]([SCENE]), street_dot_jpg=BODY, street_dot_png=picture()),
        "/street.png",
        "the archive has “street.jpg” with the same name",
    ),
    (
        "voc",
        with_pictures(CONTAINERS["voc"]([SCENE._replace(width=65)]), street_dot_jpg=BODY),
        "/Annotations~1street.xml",
        "the file says 65 x 48 pixels",
    ),
    (
        "coco",
        with_pictures(CONTAINERS["coco"]([SCENE]), street_dot_jpg=b"x" * 100_001),
        "/street.jpg",
        "more than 100,000",
    ),
    (
        "coco",
        with_pictures(CONTAINERS["coco"]([SCENE]), street_dot_jpg=picture("PNG", (1001, 1001))),
        "/street.jpg",
        "the maximum is",
    ),
]


@pytest.mark.parametrize(("name", "body", "pointer", "sentence"), FAULTS)
def test_a_picture_that_cannot_be_taken_is_named(
    tmp_path: Path, name: Any, body: bytes, pointer: str, sentence: str
) -> None:
    with pytest.raises(InvalidInput) as refused:
        planned(tmp_path, body, known=NOTHING, file_format=name)

    places = {fault.pointer: fault.detail for fault in refused.value.faults}
    assert sentence in places[pointer]


def test_pictures_are_looked_at_one_at_a_time(tmp_path: Path) -> None:
    count, size = 40, 2**20
    scenes = [Scene(f"street_{index}.jpg", 64, 48, []) for index in range(count)]
    path = tmp_path / "file"
    with zipfile.ZipFile(path, "w") as packed:
        packed.writestr("annotations.json", CONTAINERS["coco"](scenes))
        for scene in scenes:
            packed.writestr(scene.name, os.urandom(size))
    limits = ImportLimits(FileLimits(2 * size, 2 * count * size), 1000, 2 * size)

    tracemalloc.start()
    made = plan(path, ImportOptions("file", None, "ground_truth", {}), NOTHING, limits, lambda _: None, examined)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()

    assert len(made.pictures) == count
    assert peak < 6 * size


def test_more_pictures_than_one_job_decodes_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pictures, "MAX_PICTURES", 1)
    scenes = [SCENE._replace(name="a.jpg"), SCENE._replace(name="b.jpg")]
    body = with_pictures(CONTAINERS["coco"](scenes), a_dot_jpg=BODY, b_dot_jpg=BODY)

    with pytest.raises(ImportTooLarge) as refused:
        planned(tmp_path, body, known=NOTHING)

    assert refused.value.detail == "The archive has more than 1 new pictures; split it into several."


def named(name: str, **attributes: int) -> bytes:
    """An archive with one file of this name, and with these attributes of its entry."""
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as packed:
        member = zipfile.ZipInfo("x" * len(name))
        for attribute, value in attributes.items():
            setattr(member, attribute, value)
        packed.writestr(member, encoded({"images": [], "annotations": [], "categories": []}))
    return target.getvalue().replace(b"x" * len(name), name.encode())


def twice() -> bytes:
    """An archive with two files of one name."""
    return zipped({"a.json": b"{}", "b.json": b"{}"}).replace(b"b.json", b"a.json")


def with_flag(bit: int) -> bytes:
    """An archive whose directory sets a flag of its file."""
    body = bytearray(named("a.json"))
    body[body.index(b"PK\x01\x02") + 8] |= bit
    return bytes(body)


HARMFUL: list[tuple[str, Callable[[], bytes], str]] = [
    ("an absolute path", lambda: named("/etc/passwd.json"), "leads out of its folder"),
    ("a path with a drive", lambda: named("C:a.json"), "leads out of its folder"),
    ("a path with a backslash", lambda: named("a\\b.json"), "leads out of its folder"),
    ("a path upwards", lambda: named("a/../../b.json"), "leads out of its folder"),
    ("a symbolic link", lambda: named("a.json", external_attr=(stat.S_IFLNK | 0o777) << 16), "is a symbolic link"),
    ("an encrypted file", lambda: with_flag(1), "is encrypted"),
    ("one name twice", twice, "has two files 'a.json'"),
]


@pytest.mark.parametrize(("name", "make", "sentence"), HARMFUL)
def test_a_harmful_archive_is_refused_with_the_file(
    tmp_path: Path, name: str, make: Callable[[], bytes], sentence: str
) -> None:
    with pytest.raises(ArchiveRefused) as refused:
        planned(tmp_path, make())

    assert sentence in refused.value.detail, name


def test_an_archive_that_unpacks_to_too_much_in_all_is_refused(tmp_path: Path) -> None:
    files: dict[str, str | bytes] = {f"{index}.json": b" " * 900_000 for index in range(12)}

    with pytest.raises(ImportTooLarge) as refused:
        planned(tmp_path, zipped(files))

    assert refused.value.detail == "The zip archive has more than 10,000,000 bytes once it is unpacked."


def test_a_file_that_is_larger_than_the_archive_says_is_not_read_beyond_the_limit(tmp_path: Path) -> None:
    body = bytearray(zipped({"a.json": b'{"images": ' + b" " * 1_200_000}))
    directory = body.index(b"PK\x01\x02")
    body[directory + 24 : directory + 28] = (5).to_bytes(4, "little")

    with pytest.raises((ArchiveRefused, ImportTooLarge)):
        planned(tmp_path, bytes(body), file_format="coco")
