"""Images and what models found in them, as somebody looks at it."""

from pathlib import Path

from playwright.async_api import expect

from tests.actors import Client
from tests.pages.reader import Reader
from tests.pictures import picture
from tests.pipelines import Pipeline, box


async def _image(client: Client) -> str:
    project = (await client.post("/api/projects", {"name": "Streets"})).json()
    answer = await client.http.post(
        f"/api/projects/{project['id']}/images",
        files={"file": ("street.png", picture(size=(640, 480)), "image/png")},
        headers={"X-API-Key": client.key},
    )
    assert answer.status_code == 201, answer.text
    image: str = answer.json()["id"]
    return image


async def _analysis(client: Client, image: str, model: str) -> str:
    answer = await client.post(f"/api/images/{image}/analyses", {"model_name": model, "model_version": "1"})
    assert answer.status_code == 201, answer.text
    analysis: str = answer.json()["id"]
    return analysis


async def test_what_a_pipeline_pushes_shows_by_itself(reader: Reader) -> None:
    client, page, pipeline = reader.client, reader.page, Pipeline(reader.client.http)
    image = await _image(client)
    await page.goto(f"/app/images/{image}")
    await expect(page.get_by_text("No model has looked at this image yet")).to_be_visible()

    analysis = await _analysis(client, image, "yolo_v8")
    await expect(page.locator("td .badge")).to_have_text("queued", timeout=15_000)
    await pipeline.status(analysis, "processing")
    await expect(page.locator("td .badge")).to_have_text("processing", timeout=15_000)
    await pipeline.annotate(analysis, box("person", 0.9, (10, 20, 30, 40)), box("car", 0.4))
    await expect(page.locator("rect.region")).to_have_count(2, timeout=15_000)
    rect = page.locator("rect.region").first
    assert [await rect.get_attribute(name) for name in ("x", "y", "width", "height")] == [
        "10.0",
        "20.0",
        "30.0",
        "40.0",
    ]
    await pipeline.finalize(analysis)
    await expect(page.locator("td .badge")).to_have_text("completed", timeout=15_000)

    # Both ways: the list marks the shape, and the shape the list.
    await page.get_by_role("button", name="person 90.0 %").click()
    await expect(page.locator(".shape.chosen title")).to_have_text("person 90.0 %")
    await page.locator("[data-shape]").nth(1).locator("rect").dispatch_event("click")
    await expect(page.locator(".found-one.chosen")).to_contain_text("car")
    await page.get_by_label("Boxes").uncheck()
    await expect(page.locator("rect.region").first).to_be_hidden()
    assert reader.complaints == []


async def test_two_models_are_told_where_they_agree_and_filtered(reader: Reader) -> None:
    client, page, pipeline = reader.client, reader.page, Pipeline(reader.client.http)
    image = await _image(client)
    first, second = [await _analysis(client, image, model) for model in ("yolo_v8", "resnet50")]
    await pipeline.annotate(first, box("person", 0.9, (10, 20, 100, 100)), box("car", 0.6, (300, 200, 100, 100)))
    await pipeline.annotate(second, box("person", 0.8, (12, 20, 100, 100)), box("bus", 0.7, (300, 200, 100, 100)))

    await page.goto(f"/app/images/{image}?first={first}&second={second}")
    told = page.locator(".found-one small")
    await expect(told).to_have_text(["bounding box, agreed", "bounding box, differs"] * 2)
    await page.goto(f"/app/images/{image}?first={first}&second={second}&layout=beside")
    await expect(page.locator("figure.overlay")).to_have_count(2)
    await page.goto(f"/app/images/{image}?first={first}&least=0.7")
    await expect(page.locator("rect.region")).to_have_count(1)
    await page.goto(f"/app/images/{image}?first={first}&class_name=car")
    await expect(page.locator(".found-one bdi")).to_have_text(["car"])


async def test_several_files_are_uploaded_and_a_bad_one_says_why(reader: Reader, tmp_path: Path) -> None:
    client, page = reader.client, reader.page
    project = (await client.post("/api/projects", {"name": "Streets"})).json()
    files = []
    for name, body in (("a.png", picture()), ("broken.png", b"no image"), ("b.png", picture(size=(32, 32)))):
        (tmp_path / name).write_bytes(body)
        files.append(tmp_path / name)
    await page.goto(f"/app/projects/{project['id']}")

    await page.get_by_label("Add images").set_input_files(files)
    await page.get_by_role("button", name="Upload").click()
    await expect(page.locator(".uploads")).to_contain_text("broken.png: ")
    await expect(page.locator(".uploads")).to_contain_text("2 of 3 taken")
    await page.get_by_role("link", name="reload").click()
    await expect(page.locator(".gallery .caption")).to_have_text(["b.png", "a.png"])
