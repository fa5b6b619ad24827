"""Images come in together with their annotations, in one archive: all of them, or none."""

import hashlib
import io
import zipfile
from typing import Any

import pytest

from shared.kit.platform import Platform
from tests.actors import Client, eventually, stored_keys
from tests.integration.api.test_imports import images_of, import_file, report
from tests.pictures import picture, turned
from tests.unit.shared.imports.containers import Box, Picture, coco, yolo, zipped

pytestmark = pytest.mark.usefixtures("workers")

SCENES = [
    Picture("street.png", 64, 48, [Box("car", 1, 2, 3, 4), Box("bus", 5, 6, 7, 8)]),
    Picture("turned.jpg", 48, 64, []),
    Picture("unseen.jpg", 20, 30, [Box("car", 1, 2, 3, 4)]),
]
STREET, TURNED = picture(size=(64, 48)), turned(6)
ARCHIVE = zipped({"annotations/instances.json": coco(SCENES), "images/street.png": STREET, "images/turned.jpg": TURNED})


async def test_images_and_their_annotations_come_in_as_one_archive(alice: Client) -> None:
    project = (await alice.create_project())["id"]

    imported = await report(await import_file(alice, project, ARCHIVE, name="street.zip"))

    assert {name: imported[name] for name in ("format", "images_created", "pictures", "annotations", "notices")} == {
        "format": "coco",
        "images_created": 3,
        "pictures": 2,
        "annotations": 3,
        "notices": [],
    }
    images = {image["filename"]: image for image in await images_of(alice, project)}
    street, unseen = images["street.png"], images["unseen.jpg"]
    assert {name: street[name] for name in ("width", "height", "content_type", "size_bytes", "sha256")} == {
        "width": 64,
        "height": 48,
        "content_type": "image/png",
        "size_bytes": len(STREET),
        "sha256": hashlib.sha256(STREET).hexdigest(),
    }
    assert (images["turned.jpg"]["width"], images["turned.jpg"]["height"]) == (48, 64)
    assert (await alice.get(f"/api/images/{street['id']}/content")).content == STREET
    assert (await alice.get(f"/api/images/{unseen['id']}/content")).headers["content-type"] == "image/svg+xml"

    async def has_thumbnail() -> bool:
        return (await alice.get(f"/api/images/{street['id']}/thumbnail")).status_code == 200

    await eventually(has_thumbnail, 60)


async def test_one_picture_that_is_none_leaves_neither_rows_nor_files(alice: Client, platform: Platform) -> None:
    project = (await alice.create_project())["id"]
    # By image: a thumbnail of an earlier one may still be drawn.
    before = {key.split("/")[1] for key in stored_keys(platform.storage, "images/")}
    body = zipped({"instances.json": coco(SCENES), "a/street.png": STREET, "b/turned.jpg": TURNED[:-200]})

    job = await import_file(alice, project, body, name="street.zip")

    assert (job["status"], job["artifacts"]) == ("failed", [])
    assert job["error"]["errors"] == [
        {
            "pointer": "/b~1turned.jpg",
            "detail": "b/turned.jpg: this is not a complete JPEG, PNG, WebP, GIF or BMP image.",
        }
    ]
    assert await images_of(alice, project) == []
    assert {key.split("/")[1] for key in stored_keys(platform.storage, "images/")} == before


async def test_yolos_texts_need_no_project_with_images_where_these_come_along(alice: Client) -> None:
    project = (await alice.create_project())["id"]
    scenes = [SCENES[0]._replace(name="street.jpg")]
    body = yolo(scenes)
    with_image = zipped({**_members(body), "images/train/street.jpg": picture("JPEG", (64, 48))})

    imported = await report(await import_file(alice, project, with_image, name="yolo.zip"))

    assert (imported["format"], imported["images_created"], imported["pictures"]) == ("yolo", 1, 1)
    assert [image["filename"] for image in await images_of(alice, project)] == ["street.jpg"]


async def test_predictions_bring_no_images(alice: Client) -> None:
    project = (await alice.create_project())["id"]
    scenes = [SCENES[0]._replace(name="street.jpg")]
    body = zipped({**_members(yolo(scenes)), "street.jpg": picture("JPEG", (64, 48))})

    job = await import_file(alice, project, body, name="yolo.zip", role="predictions", model={"name": "yolo_v8"})

    assert job["status"] == "failed"
    assert "the project has no image “street”; import the ground truth first" in str(job["error"]["errors"])
    assert await images_of(alice, project) == []


def _members(body: bytes) -> dict[str, Any]:
    with zipfile.ZipFile(io.BytesIO(body)) as packed:
        return {name: packed.read(name) for name in packed.namelist()}
