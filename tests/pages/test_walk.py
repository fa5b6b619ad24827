"""The path of a new user through the pages."""

import re
from pathlib import Path

from playwright.async_api import Browser, expect

from shared.kit.number_format import counted_text
from tests.actors import Team
from tests.pages.reader import Reader

ACTUAL = "cat\ncat\ncat\ndog\ndog\nhorse"
PREDICTED = "cat\ndog\ncat\ndog\ndog\ncat"


async def test_from_signing_up_to_a_report(browser: Browser, site: str, workers: Team) -> None:
    assert workers["worker"].running
    context = await browser.new_context(base_url=site)
    page = await context.new_page()
    await page.goto("/")
    await expect(page.get_by_role("heading", level=1)).to_contain_text("where is it wrong")
    await page.get_by_role("main").get_by_role("link", name="Sign up").click()
    await page.get_by_label("E-mail address").fill("walker@example.com")
    await page.get_by_label("Password").fill("correct horse")
    await page.get_by_role("button", name="Sign up").click()
    await expect(page.locator("#issued")).to_have_text(re.compile(r"evs_\w+"))
    await page.get_by_role("link", name="Continue").click()
    await expect(page.get_by_role("heading", name="Begin with a run")).to_be_visible()
    await page.get_by_role("main").get_by_role("link", name="Matrices").click()
    await expect(page.get_by_text("No matrices yet")).to_be_visible()

    await page.get_by_role("link", name="Paste labels").click()
    await page.get_by_role("textbox", name="Actual").fill(ACTUAL)
    await page.get_by_role("textbox", name="Predicted").fill(PREDICTED)
    await page.get_by_role("textbox", name="Name").fill("Pets")
    await page.get_by_role("textbox", name="Tags").fill("first, small")
    await page.get_by_role("button", name="Create").click()
    await expect(page.get_by_role("heading", level=1)).to_have_text("Pets")
    await expect(page.locator(".tiles li", has_text="Accuracy").locator("b")).to_have_text("0.6667")

    await page.get_by_role("link", name=re.compile("Actual cat, predicted dog: 1 sample")).click()
    samples = page.locator("#samples")
    await expect(samples.locator(".positions")).to_have_text("1")
    # The statistics come by themselves.
    await expect(page.get_by_role("row", name=re.compile("Accuracy Overall ACC"))).to_contain_text("0.6667")

    await page.get_by_role("button", name="Create report").click()
    made = page.locator("#made")
    await expect(made.get_by_role("link", name="report.html")).to_be_visible(timeout=60_000)
    await expect(made.locator(".badge")).to_have_text("succeeded")
    await context.close()


async def test_a_cell_is_reached_and_opened_with_the_keyboard_alone(reader: Reader) -> None:
    uid = await reader.client.create_matrix(["a", "a", "b"], ["a", "b", "b"])
    await reader.open(f"/app/matrices/{uid}")

    await reader.page.locator("a[data-cell]").first.focus()
    await reader.page.keyboard.press("ArrowRight")
    await expect(reader.page.locator("#pointed")).to_have_text("Actual a, predicted b: 1 sample, 50.0 % of the row")
    await reader.page.keyboard.press("Enter")
    await expect(reader.page.locator(".positions")).to_have_text("1")
    assert reader.complaints == []


async def test_the_same_without_any_script(browser: Browser, site: str, reader: Reader) -> None:
    uid = await reader.client.create_matrix(["a", "a", "b"], ["a", "b", "b"])
    context = await browser.new_context(base_url=site, java_script_enabled=False)
    await context.add_cookies(await reader.page.context.cookies())  # type: ignore[arg-type] # the same, in other words
    page = await context.new_page()

    await page.goto(f"/app/matrices/{uid}")
    await page.get_by_role("link", name="Actual a, predicted b").click()
    await expect(page.locator(".positions")).to_have_text("1")
    await page.goto(f"/app/matrices/{uid}?show=row&diagonal=hide&order=errors")
    await expect(page.locator("text.number")).to_have_text(["50.0", "0"])
    await page.get_by_role("link", name="All statistics").click()
    await expect(page.get_by_role("row", name=re.compile("Accuracy Overall ACC"))).to_contain_text("0.6667")
    await context.close()


async def test_hundreds_of_classes_are_pointed_at_by_place(reader: Reader) -> None:
    actual = [f"c{i:03d}" for i in range(300)]
    many = 1234
    uid = await reader.client.create_matrix([*actual, *["c002"] * many], [*actual[1:], actual[0], *["c003"] * many])
    await reader.open(f"/app/matrices/{uid}")

    box = reader.page.locator("[data-grid]")
    await box.focus()
    for key in ("ArrowDown", "ArrowRight", "ArrowRight"):
        await reader.page.keyboard.press(key)
    await expect(reader.page.locator("#pointed")).to_have_text("Actual c001, predicted c002: 1 sample")
    await reader.page.keyboard.press("Enter")
    await expect(reader.page.locator(".positions")).to_have_text("1")
    await box.focus()
    for key in ("ArrowDown", "ArrowRight"):
        await reader.page.keyboard.press(key)
    told = f"Actual c002, predicted c003: {counted_text(many + 1, 'sample')}"
    await expect(reader.page.locator("#pointed")).to_have_text(told)
    assert reader.complaints == []


async def test_a_file_of_two_columns_becomes_a_matrix(reader: Reader, tmp_path: Path) -> None:
    file = tmp_path / "labels.csv"
    file.write_bytes("id;y_pred;y_true\n1;süß;süß\n2;süß;herb\n".encode("utf-8-sig"))
    await reader.open("/app/matrices/new")

    await reader.page.get_by_label("CSV with two columns").set_input_files(file)
    await reader.page.get_by_role("button", name="Create").click()
    await expect(reader.page.get_by_role("link", name="Actual herb, predicted süß: 1 sample")).to_be_visible()


async def test_a_mistake_is_told_and_what_was_typed_stays(reader: Reader) -> None:
    await reader.open("/app/matrices/new")
    await reader.page.get_by_role("textbox", name="Actual").fill("a\nb")
    await reader.page.get_by_role("textbox", name="Predicted").fill("a")
    await reader.page.get_by_role("button", name="Create").click()

    await expect(reader.page.get_by_role("alert")).to_contain_text("paste one of each for every sample")
    await expect(reader.page.get_by_role("textbox", name="Actual")).to_have_value("a\nb")


async def test_the_list_is_searched_by_name_and_tag_and_turned_over(reader: Reader) -> None:
    for number in range(52):
        body = {"actual_vector": [0], "predicted_vector": [0], "name": f"run {number}", "tags": [f"t{number % 2}"]}
        assert (await reader.client.post("/v1/matrices", body)).status_code == 201

    await reader.open("/app/matrices")
    await expect(reader.page.locator("tbody tr")).to_have_count(50)
    await reader.page.get_by_role("link", name="Older").click()
    await expect(reader.page.locator("tbody th a[href^='/app/matrices/']")).to_have_text(["run 1", "run 0"])
    await reader.open("/app/matrices?name=RUN+1")
    await expect(reader.page.locator("tbody tr")).to_have_count(11)
    await reader.page.get_by_role("link", name="t1").first.click()
    await expect(reader.page.locator("tbody tr")).to_have_count(26)


async def test_times_are_told_in_the_zone_of_the_reader(browser: Browser, site: str, reader: Reader) -> None:
    uid = await reader.client.create_matrix()
    context = await browser.new_context(base_url=site, timezone_id="Asia/Tokyo", locale="en-GB")
    await context.add_cookies(await reader.page.context.cookies())  # type: ignore[arg-type] # the same, in other words
    page = await context.new_page()
    await page.goto(f"/app/matrices/{uid}")
    time = page.locator("main dd time").first

    shown, exact = await time.text_content(), await time.get_attribute("datetime")
    expected = await page.evaluate(
        "moment => new Intl.DateTimeFormat('en-GB', {dateStyle: 'medium', timeStyle: 'short', timeZone: 'Asia/Tokyo'})"
        ".format(new Date(moment))",
        exact,
    )
    assert shown == expected
    await context.close()


async def test_curves_and_the_matrix_at_a_threshold(reader: Reader, workers: Team) -> None:
    assert workers["worker"].running
    page = reader.page
    await reader.open("/app/curves")
    await page.get_by_label("Paste a table").fill("label,no,yes\nno,0.9,0.1\nno,0.6,0.4\nyes,0.7,0.3\nyes,0.2,0.8")
    await page.get_by_role("button", name="Create").click()
    await page.get_by_role("link", name="View curves").click(timeout=60_000)
    await page.get_by_role("combobox", name="Class").select_option("yes")
    await page.get_by_role("button", name="Show").click()

    matrix = page.locator("table.two")
    slider = page.get_by_role("slider")
    await slider.focus()
    await page.keyboard.press("Home")
    await expect(page.locator("#threshold")).to_have_text("0.8000")
    await expect(matrix.locator("tbody td")).to_have_text(["1", "1", "0", "2"])
    for _ in range(2):
        await page.keyboard.press("ArrowRight")
    await expect(page.locator("#threshold")).to_have_text("0.3000")
    await expect(matrix.locator("tbody td")).to_have_text(["2", "0", "1", "1"])
    await expect(page.locator("#precision")).to_have_text("0.6667")
    assert reader.complaints == []


async def test_ticked_matrices_are_compared(reader: Reader) -> None:
    actual = ["a", "a", "b", "b"]
    for name, predicted in (("worse", ["a", "b", "a", "b"]), ("better", ["a", "a", "a", "b"])):
        body = {"actual_vector": actual, "predicted_vector": predicted, "name": name}
        assert (await reader.client.post("/v1/matrices", body)).status_code == 201
    await reader.open("/app/matrices")
    for name in ("worse", "better"):
        await reader.page.get_by_role("checkbox", name=f"Compare {name}").check()
    await reader.page.get_by_role("button", name="Compare selected").click()

    await expect(reader.page.get_by_role("heading", level=1)).to_have_text("Comparison of 2 matrices")
    await expect(reader.page.get_by_text("Best: better.")).to_be_visible()
    accuracy = reader.page.get_by_role("row", name="Accuracy").first
    await expect(accuracy.locator("td")).to_have_text(["0.7500 ★", "0.5000−0.2500"])
