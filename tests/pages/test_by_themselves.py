"""Pages that change without being reloaded."""

import asyncio

from playwright.async_api import Page, Route, expect

from tests.actors import Team, eventually
from tests.pages.reader import Reader
from tests.pictures import picture
from tests.pipelines import Pipeline, create_analysis

SOON = 15_000


async def test_the_states_of_a_gallery(reader: Reader) -> None:
    client, page, pipeline = reader.client, reader.page, Pipeline(reader.client.http)
    project = await client.create_project(name="Streets")
    image = (await client.add_image(project["id"], picture()))["id"]
    await reader.open(f"/app/projects/{project['id']}")
    await expect(page.locator(".states")).to_have_text("no analyses")

    analyses = [await create_analysis(client, image) for _ in range(2)]
    await expect(page.locator(".states .badge")).to_have_text(["2 queued"], timeout=SOON)
    await pipeline.status(analyses[0], "processing")
    await pipeline.finalize(analyses[0])
    await expect(page.locator(".states .badge")).to_have_text(["1 completed", "1 queued"], timeout=SOON)
    await client.add_image(project["id"], picture(size=(32, 32)), name="new.png")
    await expect(page.locator(".gallery .caption")).to_have_text(["new.png", "a.png"], timeout=SOON)
    assert reader.complaints == []


async def test_the_states_of_jobs(reader: Reader, workers: Team) -> None:
    workers["worker"].kill()
    uid = await reader.client.create_matrix()
    job = await reader.client.submit("report", uid)
    await reader.open("/app/jobs")
    badge = reader.page.locator("td .badge")
    await expect(badge).to_have_text("queued")

    workers.start()
    await expect(badge).to_have_text("succeeded", timeout=60_000)
    await expect(reader.page.get_by_role("link", name="report.html")).to_be_visible()
    # Nothing is left to ask for.
    assert await reader.page.locator("#listed[hx-get]").count() == 0
    assert (await reader.client.final(job["id"]))["status"] == "succeeded"
    assert reader.complaints == []


async def test_a_jobs_progress_after_the_connection_was_lost(reader: Reader, workers: Team) -> None:
    workers["worker"].kill()
    uid = await reader.client.create_matrix()
    job = await reader.client.submit("report", uid)
    # The connection stays open, so that the page never comes to rest.
    await reader.page.goto(f"/app/jobs/{job['id']}")
    await expect(reader.page.locator(".job .badge")).to_have_text("queued")

    async def is_connected() -> bool:
        return bool(await reader.page.evaluate("Boolean(document.querySelector('.job')._htmx?.sse?.reader)"))

    # The page shows the state before its script has connected.
    await eventually(is_connected)
    await reader.page.context.set_offline(True)
    await reader.page.evaluate("document.querySelector('.job')._htmx.sse.reader.cancel()")
    workers.start()
    assert (await reader.client.final(job["id"]))["status"] == "succeeded"
    await expect(reader.page.locator(".job .badge")).to_have_text("queued")
    await reader.page.context.set_offline(False)
    await expect(reader.page.locator(".job .badge")).to_have_text("succeeded", timeout=60_000)


async def test_what_is_shown_stays_while_the_service_is_away(reader: Reader, workers: Team) -> None:
    client, page, pipeline = reader.client, reader.page, Pipeline(reader.client.http)
    project = await client.create_project(name="Streets")
    image = (await client.add_image(project["id"], picture()))["id"]
    analysis = await create_analysis(client, image)
    workers["worker"].kill()
    await client.submit("report", await client.create_matrix())
    shown = {
        f"/app/images/{image}": (503, page.locator("td .badge")),
        f"/app/projects/{project['id']}": (502, page.locator(".states .badge")),
        "/app/jobs": (429, page.locator("td .badge")),
    }
    for path, (status, badge) in shown.items():
        await page.goto(path)
        await expect(badge).to_contain_text("queued")
        await _refuse_twice(page, f"**{path}*", status)
        await expect(badge).to_contain_text("queued")
    await page.goto(f"/app/images/{image}")
    await pipeline.status(analysis, "processing")
    await expect(page.locator("td .badge")).to_have_text("processing", timeout=SOON)
    workers.start()


async def _refuse_twice(page: Page, url: str, status: int) -> None:
    refused = asyncio.Event()

    async def refuse(route: Route) -> None:
        await route.fulfill(status=status, content_type="text/html", body="<p>The proxy knows no more.</p>")
        refused.set()

    await page.route(url, refuse)
    await asyncio.wait_for(refused.wait(), 20)
    # What was answered has arrived before the next question is asked.
    refused.clear()
    await asyncio.wait_for(refused.wait(), 20)
    await page.unroute(url)
