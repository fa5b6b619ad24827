"""Somebody at a browser brings a file of annotations into a project, and takes one out."""

import re
from typing import Any

import httpx2
import pytest
from litestar import Litestar

from api.web import job_reports
from api.web.projects.files import READ_FORMATS, WRITTEN_FORMATS
from shared.exports.writing.formats import WRITERS
from shared.imports.reading.formats import FORMATS
from shared.kit.storage.bucket import Storage
from shared.kit.storage.errors import StorageUnavailable
from tests.actors import Client
from tests.coco_files import encoded, ground_truth
from tests.integration.api.web.visitor import Visitor


@pytest.fixture
async def visitor(app: Litestar, alice: Client) -> Visitor:
    """Alice at her browser."""
    visitor = Visitor.of(app)
    await visitor.sign_in(alice)
    return visitor


async def sent(visitor: Visitor, project: str, body: bytes | None, **fields: str) -> httpx2.Response:
    """The answer to the form of an import."""
    page = f"/app/projects/{project}/files"
    files: Any = {"file": ("<b>truth.json", body, "application/json")} if body is not None else None
    token = await visitor.token(page)
    data = {"form_token": token, "role": "ground_truth", "format": "", **fields}
    return await visitor.http.post(f"{page}/import", data=data, files=files)


async def ended(alice: Client, answer: httpx2.Response) -> dict[str, Any]:
    """The job to which a form leads, once it has ended."""
    assert answer.status_code == 303, answer.text
    return await alice.final(answer.headers["location"].rpartition("/")[2], deadline_s=100)


def test_the_page_offers_every_format() -> None:
    assert READ_FORMATS.keys() == FORMATS.keys()
    assert WRITTEN_FORMATS.keys() == WRITERS.keys()


@pytest.mark.usefixtures("workers")
async def test_a_file_comes_in_by_the_form_and_goes_out_by_the_other(visitor: Visitor, alice: Client) -> None:
    project = (await alice.create_project())["id"]
    page = f"/app/projects/{project}/files"

    imported = await ended(alice, await sent(visitor, project, encoded(ground_truth(2))))
    exported = await ended(alice, await visitor.send(f"{page}/export", page, export_model="", export_format="coco"))

    assert (imported["kind"], imported["status"]) == ("import_annotations", "succeeded")
    images = (await alice.get(f"/api/projects/{project}/images")).json()["items"]
    assert sorted(image["filename"] for image in images) == ["000000000001.jpg", "000000000002.jpg"]
    assert [file["name"] for file in exported["artifacts"]] == ["annotations.json", "report.json"]
    shown = (await visitor.get(f"/app/jobs/{exported['id']}")).text
    assert "annotations.json</a>" in shown


@pytest.mark.usefixtures("workers")
async def test_the_page_of_the_job_names_the_faults_of_the_file(visitor: Visitor, alice: Client) -> None:
    project, truth = (await alice.create_project())["id"], ground_truth(2)
    truth["annotations"][0]["image_id"] = "<b>one"
    truth["annotations"][0]["category_id"] = 99
    job = await ended(alice, await sent(visitor, project, encoded(truth)))

    shown = (await visitor.get(f"/app/jobs/{job['id']}")).text

    assert re.findall(r"<li>(annotations.*?)</li>", shown) == [
        "annotations.0.image_id: none of the images of this file has the id &#39;&lt;b&gt;one&#39;.",
        "annotations.0.category_id: none of the categories of this file has the id 99.",
    ]
    assert "<b>one" not in shown


@pytest.mark.usefixtures("workers")
async def test_the_page_of_the_job_and_what_follows_it_say_what_was_read_and_assumed(
    visitor: Visitor, alice: Client
) -> None:
    project, truth = (await alice.create_project())["id"], ground_truth(2)
    truth["annotations"][0] |= {"<i>colour": "red", "bbox": [0, 0, 9999, 9]}
    count = len(truth["annotations"])
    job = await ended(alice, await sent(visitor, project, encoded(truth)))
    page = f"/app/projects/{project}/files"
    exported = await ended(alice, await visitor.send(f"{page}/export", page, export_model="", export_format="yolo"))

    shown = (await visitor.get(f"/app/jobs/{job['id']}")).text
    followed = (await visitor.get(f"/app/jobs/{job['id']}/events")).text
    written = (await visitor.get(f"/app/jobs/{exported['id']}")).text

    for text in (shown, followed):
        assert f"Read as coco: {count} annotations of 2 new images and 0 that the project had." in text
        assert "<p>How the file was read:</p>" in text
        assert re.findall(r"<li>(1 object .*?)</li>", text) == [
            "1 object reaches out of its image by more than a pixel: is its box stated in another form?"
        ]
        assert "&lt;i&gt;colour" in text
        assert "<i>colour" not in text
    assert f"Written as yolo: {count} annotations of 2 images." in written
    assert "<p>What the file does not say:</p>" in written


@pytest.mark.usefixtures("workers")
async def test_a_report_that_cannot_be_shown_is_named(
    visitor: Visitor, alice: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    project = (await alice.create_project())["id"]
    job = await ended(alice, await sent(visitor, project, encoded(ground_truth(2))))
    monkeypatch.setattr(job_reports, "_MAX_BYTES", 10)
    too_long = (await visitor.get(f"/app/jobs/{job['id']}")).text
    monkeypatch.undo()

    def refuse(*_: Any) -> bytes:
        raise StorageUnavailable(retry_after_s=1)

    monkeypatch.setattr(Storage, "get", refuse)
    unreadable = (await visitor.get(f"/app/jobs/{job['id']}")).text

    assert "The report of this file is too long to be shown here: open report.json." in too_long
    assert "The report of this file cannot be read at the moment: open report.json later." in unreadable


@pytest.mark.parametrize(
    ("fields", "has_file", "sentence"),
    [
        ({"role": "predictions"}, True, "Enter the name of the model whose predictions these are."),
        ({}, False, "Choose a file of annotations."),
        ({"role": "both"}, True, "role: choose one of ground_truth, predictions."),
        ({"format": "tiff"}, True, "format: choose one of coco,"),
        ({"model_name": "x" * 300}, True, "model_name: use at most 255 characters."),
    ],
)
async def test_a_form_that_is_refused_comes_back_as_it_was_filled_in(
    visitor: Visitor, alice: Client, fields: dict[str, str], has_file: bool, sentence: str
) -> None:
    project = (await alice.create_project())["id"]

    answer = await sent(visitor, project, b"[]" if has_file else None, model_version="<i>7", **fields)

    assert answer.status_code == 400
    assert sentence in answer.text
    assert 'value="&lt;i&gt;7"' in answer.text


async def test_an_export_of_nothing_is_refused_on_the_page(visitor: Visitor, alice: Client) -> None:
    page = f"/app/projects/{(await alice.create_project())['id']}/files"

    answer = await visitor.send(f"{page}/export", page, export_model="<b>yolo", export_format="yolo")

    assert answer.status_code == 409
    assert "No image of the project has a completed analysis of this side" in answer.text
    assert 'value="&lt;b&gt;yolo"' in answer.text


async def test_nobody_sees_the_files_page_of_another_account(app: Litestar, alice: Client, mallory: Client) -> None:
    page = f"/app/projects/{(await alice.create_project())['id']}/files"
    stranger = Visitor.of(app)
    await stranger.sign_in(mallory)
    token = await stranger.token("/app/projects")

    shown = await stranger.get(page)
    answers = [
        await stranger.http.post(f"{page}/import", data={"form_token": token}, files={"file": ("a.json", b"[]")}),
        await stranger.http.post(f"{page}/export", data={"form_token": token, "export_format": "coco"}),
    ]

    assert [shown.status_code, *(answer.status_code for answer in answers)] == [404, 404, 404]
