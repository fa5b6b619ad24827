"""Images and what models found in them, as somebody looks at it."""

from pathlib import Path

import pytest
from playwright.async_api import Page, expect

from tests.actors import Client
from tests.pages.reader import Reader
from tests.pictures import picture
from tests.pipelines import Pipeline, box

# No JSON that anybody means; it has to stay the text that it is.
DEEP = "[" * 3000 + "]" * 3000


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


# Pairs of names in one drawing that share a place.
COVERED_NAMES = """
    [...document.querySelectorAll("figure.overlay svg")].flatMap((svg) => {
        const boxes = [...svg.querySelectorAll("text[visibility=visible]")].map((text) => text.getBoundingClientRect());
        return boxes.flatMap((a, i) => boxes.slice(i + 1).filter((b) =>
            a.left < b.right - 1 && b.left < a.right - 1 && a.top < b.bottom - 1 && b.top < a.bottom - 1));
    }).length
"""


async def test_what_a_pipeline_pushes_shows_by_itself(reader: Reader) -> None:
    client, page, pipeline = reader.client, reader.page, Pipeline(reader.client.http)
    image = await _image(client)
    await page.goto(f"/app/images/{image}")
    await expect(page.get_by_text("No analyses yet.")).to_be_visible()

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
    note = page.locator(".found-one small")
    await expect(note).to_have_text(
        [
            "bounding box, matched",
            "bounding box, different class (bus)",
            "bounding box, matched",
            "bounding box, different class (car)",
        ]
    )
    # The partner is marked along.
    await page.locator(".found-one").nth(1).click()
    await expect(page.locator(".shape.chosen")).to_have_count(2)
    await page.goto(f"/app/images/{image}?first={first}&second={second}&layout=beside")
    await expect(page.locator("figure.overlay")).to_have_count(2)
    await expect(page.locator("figure.overlay text[visibility=visible]").first).to_be_visible()
    assert await page.evaluate(COVERED_NAMES) == 0
    await page.goto(f"/app/images/{image}?first={first}&least=0.7")
    await expect(page.locator("rect.region")).to_have_count(1)
    await page.goto(f"/app/images/{image}?first={first}&class_name=car")
    await expect(page.locator(".found-one bdi")).to_have_text(["car"])
    # The colours' list leads back to all of them, and to one.
    await page.get_by_role("list", name="Classes").get_by_role("link", name="car").click()
    await expect(page.locator(".found-one")).to_have_count(2)
    await page.get_by_role("list", name="Classes").get_by_role("link", name="person").click()
    await expect(page.locator(".found-one bdi")).to_have_text(["person"])
    await expect(page.get_by_role("combobox", name="Class").locator("option")).to_have_text(["all", "car", "person"])


async def _scrolled(page: Page) -> list[float]:
    found: list[float] = await page.locator("[data-viewer]").first.evaluate("box => [box.scrollLeft, box.scrollTop]")
    return found


async def test_the_picture_is_enlarged_and_moved_by_buttons_keys_wheel_and_mouse(reader: Reader) -> None:
    client, page, pipeline = reader.client, reader.page, Pipeline(reader.client.http)
    image = await _image(client)
    analyses = [await _analysis(client, image, model) for model in ("yolo_v8", "resnet50")]
    for analysis in analyses:
        await pipeline.annotate(analysis, box("car", 0.6, (300, 200, 100, 100)))
    await reader.open(f"/app/images/{image}?first={analyses[0]}&second={analyses[1]}&layout=beside")
    viewer, zoomed = page.locator("[data-viewer]").first, page.locator("[data-zoomed]")
    stroke = "rect => getComputedStyle(rect).strokeWidth + getComputedStyle(rect).vectorEffect"

    await page.get_by_role("button", name="Zoom in").click()
    await expect(zoomed).to_have_text("140 %")
    await viewer.focus()
    for key in ("+", "+", "-"):
        await page.keyboard.press(key)
    await expect(zoomed).to_have_text("196 %")
    assert await page.locator("rect.region").first.evaluate(stroke) == "2pxnon-scaling-stroke"

    # Under the pointer stays what was there, and the other picture follows.
    before = await page.locator("rect.region").first.bounding_box()
    assert before is not None
    corner = before["x"], before["y"]
    await page.mouse.move(*corner)
    await page.mouse.wheel(0, -100)
    await expect(zoomed).not_to_have_text("196 %")
    after = await page.locator("rect.region").first.bounding_box()
    assert after is not None
    assert [after["x"], after["y"]] == [pytest.approx(corner[0], abs=2), pytest.approx(corner[1], abs=2)]
    second = page.locator("[data-viewer]").nth(1)
    await expect(second).to_have_js_property("scrollLeft", (await _scrolled(page))[0])

    left, top = await _scrolled(page)
    await page.mouse.down()
    await page.mouse.move(corner[0] - 30, corner[1] - 20, steps=3)
    await page.mouse.up()
    assert await _scrolled(page) == [pytest.approx(left + 30, abs=1), pytest.approx(top + 20, abs=1)]
    await expect(page.locator(".shape.chosen")).to_have_count(0)
    await page.keyboard.press("0")
    await expect(zoomed).to_have_text("100 %")
    assert reader.complaints == []


async def test_annotations_are_walked_through_with_the_keyboard_alone(reader: Reader) -> None:
    client, page, pipeline = reader.client, reader.page, Pipeline(reader.client.http)
    image = await _image(client)
    analysis = await _analysis(client, image, "yolo_v8")
    await pipeline.annotate(analysis, *(box(name, 0.5, (10, 10, 20, 20)) for name in ("ant", "bee", "cow")))
    await reader.open(f"/app/images/{image}")

    await page.locator("[data-viewer]").focus()
    for key, name in (("n", "ant"), ("n", "bee"), ("p", "ant"), ("p", "cow")):
        await page.keyboard.press(key)
        await expect(page.locator("[data-said]")).to_contain_text(name)
        await expect(page.locator(".shape.chosen title")).to_have_text(f"{name} 50.0 %")
    await page.keyboard.press("Enter")
    await expect(page.locator(".found-one:focus")).to_contain_text("cow")
    await page.keyboard.press("ArrowUp")
    await expect(page.locator(".shape.pointed-at title")).to_have_text("bee 50.0 %")
    await page.keyboard.press("Enter")
    await expect(page.locator("[aria-pressed=true]")).to_contain_text("bee")

    # More arrives, and nothing of this is lost.
    await page.locator("details.keys").evaluate("details => { details.open = true; }")
    await pipeline.annotate(analysis, box("dog"))
    await expect(page.locator(".found-one")).to_have_count(4, timeout=15_000)
    await expect(page.locator(".found-one:focus")).to_contain_text("bee")
    await expect(page.locator(".shape.chosen title")).to_have_text("bee 50.0 %")
    await expect(page.locator("details.keys")).to_have_attribute("open", "")
    await page.keyboard.press("Escape")
    assert await page.evaluate("'viewer' in document.activeElement.dataset")
    assert reader.complaints == []


async def test_layers_and_opacity_stay_as_they_were_set(reader: Reader) -> None:
    client, page, pipeline = reader.client, reader.page, Pipeline(reader.client.http)
    image = await _image(client)
    analysis = await _analysis(client, image, "yolo_v8")
    await pipeline.annotate(analysis, box("car"))
    await reader.open(f"/app/images/{image}")
    await page.get_by_label("Boxes").uncheck()
    await page.get_by_label("Opacity").fill("80")

    await pipeline.annotate(analysis, box("bus"))
    await expect(page.locator(".found-one")).to_have_count(2, timeout=15_000)
    await expect(page.get_by_label("Boxes")).not_to_be_checked()
    await reader.open(f"/app/images/{image}")
    await expect(page.get_by_label("Boxes")).not_to_be_checked()
    await expect(page.locator("rect.region").first).to_be_hidden()
    await expect(page.get_by_label("Opacity")).to_have_value("80")
    assert await page.evaluate("document.documentElement.style.getPropertyValue('--opacity')") == "0.8"
    await page.evaluate("localStorage.setItem('evalserve.layers', '{damaged')")
    await reader.open(f"/app/images/{image}")
    await expect(page.get_by_label("Boxes")).to_be_checked()


async def test_more_than_a_thousand_annotations_are_turned_over(reader: Reader) -> None:
    client, page, pipeline = reader.client, reader.page, Pipeline(reader.client.http)
    image = await _image(client)
    analysis = await _analysis(client, image, "yolo_v8")
    for start in range(0, 2300, 500):
        stop = min(start + 500, 2300)
        found = [box("even" if n % 2 == 0 else "odd", 0.5, (n % 600, n % 400, 5, 5)) for n in range(start, stop)]
        assert (await pipeline.annotate(analysis, *found)).status_code == 201

    await reader.open(f"/app/images/{image}")
    await expect(page.get_by_text("Annotations 1 to 1 000 of 2 300: at most 1 000 are shown")).to_be_visible()
    assert await page.locator("rect.region").count() == await page.locator(".found-one").count() == 1000
    await page.get_by_role("link", name="Next 1 000").click()
    await page.get_by_role("link", name="Next 1 000").click()
    await expect(page.get_by_text("Annotations 2 001 to 2 300 of 2 300")).to_be_visible()
    await expect(page.get_by_text("page 3 of 3")).to_be_visible()
    await page.get_by_role("list", name="Classes").get_by_role("link", name="odd").click()
    await expect(page.get_by_text("Annotations 1 to 1 000 of 1 150")).to_be_visible()
    await page.get_by_role("link", name="Next 1 000").click()
    await expect(page.locator(".found-one")).to_have_count(150)


async def test_comments_are_added_changed_and_taken_back(reader: Reader) -> None:
    page = reader.page
    image = await _image(reader.client)
    await reader.open(f"/app/images/{image}?least=0.5")
    await page.get_by_label("New comment").fill("The bicycle is missing.\nLook left.")
    await page.get_by_role("button", name="Comment", exact=True).click()
    await expect(page.locator(".said")).to_have_text("The bicycle is missing.\nLook left.")
    assert "least=0.5" in page.url

    await page.get_by_text("Edit", exact=True).click()
    await page.get_by_label("Text of the comment").fill("Two bicycles are.")
    await page.locator("#comments").get_by_role("button", name="Save").click()
    await expect(page.locator(".said")).to_have_text("Two bicycles are.")
    await expect(page.locator("#comments")).to_contain_text("edited")
    said = (await reader.client.get(f"/api/images/{image}/comments")).json()["items"]
    assert [comment["text"] for comment in said] == ["Two bicycles are."]
    await page.get_by_text("Edit", exact=True).click()
    await page.locator("#comments").get_by_role("button", name="Delete").click()
    await expect(page.get_by_text("No comments yet")).to_be_visible()
    assert reader.dialogs == ["Delete this comment?"]


async def test_metadata_is_set_and_removed_and_a_bad_key_is_told(reader: Reader) -> None:
    page = reader.page
    image = await _image(reader.client)
    await reader.open(f"/app/images/{image}")
    for key, value in (
        ("split", "train"),
        ("exposure", "8.5"),
        ("tags", '["a", 1]'),
        ("escaped", '"\\u0000"'),
        ("deep", DEEP),
    ):
        await page.get_by_role("textbox", name="Key").fill(key)
        await page.get_by_role("textbox", name="Value").fill(value)
        await page.locator("#about").get_by_role("button", name="Save").click()
    said = (await reader.client.get(f"/api/images/{image}")).json()["metadata"]
    assert said == {"split": "train", "exposure": 8.5, "tags": ["a", 1], "escaped": '"\\u0000"', "deep": DEEP}
    shown = page.locator(".metadata td:nth-child(2)")
    assert sorted(await shown.all_inner_texts()) == sorted(['"\\u0000"', "8.5", "train", '["a",1]', DEEP])

    await page.get_by_role("button", name="Remove exposure").click()
    await expect(page.locator(".metadata tr")).to_have_count(4)
    await page.get_by_role("textbox", name="Key").fill("a/b")
    await page.get_by_role("textbox", name="Value").fill("kept")
    await page.locator("#about").get_by_role("button", name="Save").click()
    await expect(page.get_by_role("alert")).to_contain_text("without a slash")
    await expect(page.get_by_role("textbox", name="Value")).to_have_value("kept")


async def test_several_files_are_uploaded_and_a_bad_one_says_why(reader: Reader, tmp_path: Path) -> None:
    client, page = reader.client, reader.page
    project = (await client.post("/api/projects", {"name": "Streets"})).json()
    files = []
    for name, body in (("a.png", picture()), ("broken.png", b"no image"), ("b.png", picture(size=(32, 32)))):
        (tmp_path / name).write_bytes(body)
        files.append(tmp_path / name)
    await page.goto(f"/app/projects/{project['id']}")

    large = tmp_path / "large.png"
    large.write_bytes(bytes(21 * 1024 * 1024))
    await page.get_by_label("Add images").set_input_files(large)
    await page.get_by_role("button", name="Upload").click()
    await expect(page.locator(".uploads")).to_contain_text("large.png: larger than 20 MB")
    await page.get_by_label("Add images").set_input_files(files)
    await page.get_by_role("button", name="Upload").click()
    await expect(page.locator(".uploads")).to_contain_text("broken.png: ")
    await expect(page.locator(".uploads")).to_contain_text("2 of 3 uploaded")
    await page.get_by_role("link", name="reload").click()
    await expect(page.locator(".gallery .caption")).to_have_text(["b.png", "a.png"])
