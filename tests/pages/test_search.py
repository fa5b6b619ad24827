"""Ctrl-K finds a run, a project, an image or a page, by the keyboard alone, and nothing of somebody else."""

from playwright.async_api import Browser, expect

from tests.actors import Client, Team
from tests.pages.payloads import PAYLOADS
from tests.pages.reader import Reader
from tests.pictures import picture


async def _run(client: Client, name: str) -> str:
    body = {"data": {"y_true": ["a", "b"], "y_pred": ["a", "a"]}, "name": name}
    return str((await client.make("/v1/runs", body))["id"])


async def test_a_run_is_reached_by_the_keyboard_alone(reader: Reader, workers: Team, axe: str) -> None:
    assert workers["worker"].running
    run_id = await _run(reader.client, "Zebra nightly")
    await reader.open("/app/projects")
    keyboard, dialog = reader.page.keyboard, reader.page.get_by_role("dialog", name="Search")

    await keyboard.press("Control+k")
    await expect(dialog.get_by_role("link", name="Zebra nightly run")).to_be_visible()
    await keyboard.type("zebra")
    await expect(dialog.get_by_role("heading")).to_have_text(["Runs"])
    assert await reader.violations(axe) == []
    await keyboard.press("ArrowDown")
    await expect(dialog.get_by_role("link", name="Zebra nightly run")).to_be_focused()
    await keyboard.press("ArrowUp")
    await expect(dialog.get_by_label("Name or identifier")).to_be_focused()
    await keyboard.press("Enter")

    await reader.page.wait_for_url(f"**/app/runs/{run_id}")
    await keyboard.press("Control+k")
    await expect(dialog).to_be_visible()
    await keyboard.press("Escape")
    await expect(dialog).to_be_hidden()


async def test_who_types_fast_opens_what_was_typed(reader: Reader) -> None:
    await reader.open("/app/projects")
    await reader.page.keyboard.press("Control+k")
    await expect(reader.page.get_by_role("dialog").get_by_role("link").first).to_be_visible()

    await reader.page.keyboard.insert_text("new gate")
    await reader.page.keyboard.press("Enter")

    await reader.page.wait_for_url("**/app/gates/new")


async def test_without_a_script_the_search_is_a_page(browser: Browser, site: str, reader: Reader) -> None:
    project = await reader.client.create_project(name="Zoo")
    await reader.client.add_image(project["id"], picture(size=(64, 48)), name="giraffe.png")
    context = await browser.new_context(base_url=site, java_script_enabled=False)
    await context.add_cookies(await reader.page.context.cookies())  # type: ignore[arg-type] # the same, in other words
    page = await context.new_page()

    await page.goto("/app/jobs")
    await page.get_by_role("navigation", name="Main").get_by_role("link", name="Search").click()
    await page.get_by_role("searchbox", name="Name or identifier").fill("GIRAFFE")
    await page.get_by_role("main").get_by_role("button", name="Search").click()
    await expect(page.get_by_role("heading", level=2)).to_have_text(["Images"])
    await page.get_by_role("link", name="giraffe.png Zoo").click()
    await expect(page.get_by_role("heading", level=1)).to_have_text("giraffe.png")
    await context.close()


async def test_nothing_that_is_searched_for_or_found_runs(reader: Reader, site: str) -> None:
    for payload in PAYLOADS[::3]:
        made = await reader.client.post("/api/projects", {"name": payload})
        assert made.status_code == 201, made.text
    for payload in PAYLOADS[::3]:
        await reader.page.goto("/app/projects")
        await reader.page.keyboard.press("Control+k")
        await reader.page.get_by_label("Name or identifier").fill(payload)
        async with reader.page.expect_response(lambda answer: "/app/search?q=" in answer.url):
            pass
        assert not await reader.was_fooled(), payload
    assert reader.outside(site) == []
    assert [text for text in reader.complaints if "Content Security Policy" in text] == []
