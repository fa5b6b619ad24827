"""Whatever users write, nothing of it runs and nothing of it is fetched."""

import json
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest

from tests.actors import Client, Team
from tests.pages.payloads import PAYLOADS
from tests.pages.reader import Reader
from tests.pictures import picture
from tests.pipelines import Pipeline, box


async def unharmed(reader: Reader, site: str, where: str) -> None:
    """Fail where a text ran, fetched something from outside, or was only stopped by the policy."""
    assert not await reader.was_fooled(), where
    assert reader.dialogs == [], where
    assert reader.outside(site) == [], where
    # A violation of the policy would be a payload that only the policy stopped.
    assert [text for text in reader.complaints if "Content Security Policy" in text] == [], where


async def _made(client: Client, body: dict[str, Any]) -> str:
    answer = await client.post("/v1/matrices", body)
    assert answer.status_code == 201, answer.text
    uid: str = answer.json()["uid"]
    return uid


def test_there_are_enough_and_no_two_are_alike() -> None:
    assert len(set(PAYLOADS)) == len(PAYLOADS) >= 60


@pytest.mark.timeout(300)
async def test_what_is_said_of_matrices_is_text(reader: Reader, site: str) -> None:
    uids = []
    for text in PAYLOADS:
        said = {"name": text, "model_name": text, "model_version": text, "data_set": text, "tags": [text[:50]]}
        uids.append(await _made(reader.client, {"actual_vector": [0, 1], "predicted_vector": [0, 0], **said}))

    await reader.open("/app/matrices")
    shown = await reader.page.locator("tbody th a[href^='/app/matrices/'] bdi").all_text_contents()
    assert shown == PAYLOADS[:-51:-1]
    await reader.page.get_by_role("link", name="Older").click()
    await reader.page.wait_for_load_state("networkidle")
    await unharmed(reader, site, "the list")
    for uid, text in zip(uids, PAYLOADS, strict=True):
        await reader.page.goto(f"/app/matrices/{uid}")
        assert await reader.page.locator("h1").text_content() == text
        await unharmed(reader, site, text)
    await reader.open(f"/app/compare?uid={uids[0]}&uid={uids[3]}")
    await unharmed(reader, site, "the comparison")
    await reader.open("/app/compare")
    await unharmed(reader, site, "the choice")


@pytest.mark.parametrize("count", [30, len(PAYLOADS)])
async def test_labels_are_text(reader: Reader, site: str, count: int) -> None:
    labels = PAYLOADS[:count]
    uid = await _made(reader.client, {"actual_vector": labels, "predicted_vector": labels[1:] + labels[:1]})
    for query in ("", "?show=row&order=errors&diagonal=hide", "?worst=10"):
        await reader.open(f"/app/matrices/{uid}{query}")
        await unharmed(reader, site, query)
    for row in range(0, count, 7):
        await reader.open(f"/app/matrices/{uid}/samples?row={row}&column={(row + 1) % count}")
        await unharmed(reader, site, f"samples of {row}")
    if count > 30:
        await reader.open(f"/app/matrices/{uid}")
        await reader.page.locator("[data-grid]").focus()
        await reader.page.keyboard.press("ArrowRight")
        await reader.page.keyboard.press("Enter")
        await reader.page.wait_for_load_state("networkidle")
        await unharmed(reader, site, "the script's words")
    other = await _made(reader.client, {"actual_vector": labels, "predicted_vector": labels})
    await reader.open(f"/app/compare?uid={uid}&uid={other}")
    await unharmed(reader, site, "the comparison")


@pytest.mark.timeout(300)
async def test_what_comes_with_the_address_is_text(reader: Reader, site: str) -> None:
    for number, text in enumerate(PAYLOADS):
        said = quote(text)
        paths = [
            f"/app/matrices?name={said}&tag={said}&notice={said}",
            f"/app/sign-in?next={said}",
            f"/app/webhooks?status={said}",
            f"/app/projects?name={said}",
        ]
        # Each text in one place, and in each place some of them; the list of matrices gets them all.
        for path in dict.fromkeys((paths[0], paths[number % len(paths)])):
            await reader.page.goto(path)
            await unharmed(reader, site, path)


async def test_what_was_typed_comes_back_as_text(reader: Reader, site: str, tmp_path: Path) -> None:
    page = reader.page
    for text in PAYLOADS[::6]:
        await page.goto("/app/matrices/new")
        await page.get_by_role("textbox", name="Actual").fill(f"{text}\nx")
        await page.get_by_role("textbox", name="Predicted").fill("x")
        await page.get_by_role("textbox", name="Name").fill(text)
        await page.get_by_role("button", name="Create").click()
        await page.wait_for_load_state("networkidle")
        assert await page.get_by_role("textbox", name="Name").input_value() == text
        await unharmed(reader, site, text)
        file = tmp_path / "labels.csv"
        file.write_text(f"{text.replace(chr(34), '')},a,b\n")
        await page.goto("/app/curves")
        await page.get_by_label("Or a CSV file").set_input_files(file)
        await page.get_by_label("Title").fill(text)
        await page.get_by_role("button", name="Create").click()
        await page.wait_for_load_state("networkidle")
        await unharmed(reader, site, text)


async def test_names_of_keys_and_endpoints_are_text(reader: Reader, site: str) -> None:
    for text in PAYLOADS:
        answer = await reader.client.post("/v1/keys", {"name": text[:100]})
        assert answer.status_code == 201, answer.text
    for text in PAYLOADS[:45]:
        body = {"url": "https://example.com/" + "%20".join(text.split())[:100].replace('"', "%22"), "description": text}
        answer = await reader.client.post("/v1/webhooks/endpoints", body)
        assert answer.status_code in {201, 400}, answer.text
    await reader.open("/app/account")
    await unharmed(reader, site, "keys")
    await reader.open("/app/webhooks")
    assert await reader.page.locator("article").count() >= 20
    await unharmed(reader, site, "endpoints")


async def test_titles_of_curves_are_text(reader: Reader, site: str, workers: Team) -> None:
    assert workers["worker"].running
    labels = PAYLOADS[:12]
    rows = [[0.9 if i == j else 0.1 / 11 for j in range(12)] for i in range(12)]
    body = {
        "kind": "curve",
        "actual_vector": labels,
        "probability_vector": rows,
        "classes": labels,
        "options": {"title": PAYLOADS[0]},
    }
    job = (await reader.client.post("/v1/jobs", body)).json()
    assert (await reader.client.final(job["id"]))["status"] == "succeeded"
    for path in ("/app/curves", f"/app/curves/{job['id']}?column=3", "/app/jobs", f"/app/jobs/{job['id']}"):
        await reader.open(path)
        await unharmed(reader, site, path)
    assert await reader.page.locator("h1").text_content() == "Job"


async def test_what_is_said_of_images_and_found_in_them_is_text(reader: Reader, site: str) -> None:
    client, pipeline = reader.client, Pipeline(reader.client.http)
    project = (await client.post("/api/projects", {"name": PAYLOADS[0], "description": PAYLOADS[3]})).json()
    image = await _upload(client, project["id"], PAYLOADS[24].replace("/", "") + ".png", PAYLOADS[5])
    for text in PAYLOADS:
        assert (await client.post(f"/api/images/{image}/comments", {"text": f"{text}\n{text}"})).status_code == 201
        said = {"key": text.replace("/", "")[:100], "value": {text: text}}
        answer = await client.send("PUT", f"/api/images/{image}/metadata", json=said)
        assert answer.status_code == 200, answer.text
    analyses = []
    for _ in range(2):
        body = {"model_name": "yolo_v8", "model_version": "1", "description": PAYLOADS[1]}
        analysis = (await client.post(f"/api/images/{image}/analyses", body)).json()["id"]
        await pipeline.status(analysis, "processing")
        found = [
            *(box(text, 0.5, (10 + number, 10, 20, 20)) for number, text in enumerate(PAYLOADS)),
            {"annotation_type": "classification", "class_name": "x", "data": {"scores": dict.fromkeys(PAYLOADS, 0.1)}},
            {
                "annotation_type": "keypoint",
                "class_name": "x",
                "data": {"keypoints": [{"name": text, "x": 5, "y": 5} for text in PAYLOADS]},
            },
        ]
        answer = await pipeline.annotate(analysis, *found)
        assert answer.status_code == 201, answer.text
        await pipeline.finalize(analysis, error_message=PAYLOADS[3])
        analyses.append(analysis)
    for path in (
        "/app/projects",
        f"/app/projects/{project['id']}",
        f"/app/images/{image}",
        f"/app/images/{image}?first={analyses[0]}&second={analyses[1]}&layout=beside",
    ):
        await reader.page.goto(path)
        await unharmed(reader, site, path)
    assert await reader.page.locator("[data-found]").count() == 2 * (len(PAYLOADS) + 2)
    assert await reader.page.locator(".comments li").count() == len(PAYLOADS)
    for text in PAYLOADS[::5]:
        await reader.page.goto(f"/app/images/{image}?class_name={quote(text)}&least=0.1")
        await unharmed(reader, site, text)
        await reader.page.locator("[data-viewer]").focus()
        await reader.page.keyboard.press("n")
        assert text in (await reader.page.locator(".shape.chosen title").text_content() or "")
        await unharmed(reader, site, f"{text}, chosen")


async def _upload(client: Client, project_id: str, filename: str, said: str) -> str:
    answer = await client.http.post(
        f"/api/projects/{project_id}/images",
        files={"file": (filename, picture(), "image/png")},
        data={"metadata": json.dumps({"said": said})},
        headers={"X-API-Key": client.key},
    )
    assert answer.status_code == 201, answer.text
    image: str = answer.json()["id"]
    return image
