"""What changes on a page while somebody looks at it, and nobody reloads it."""

from playwright.async_api import expect

from tests.actors import Team
from tests.pages.reader import Reader
from tests.pictures import picture
from tests.pipelines import Pipeline, create_analysis

SOON = 15_000


async def test_the_states_of_a_gallery(reader: Reader) -> None:
    client, page, pipeline = reader.client, reader.page, Pipeline(reader.client.http)
    project = await client.create_project(name="Streets")
    image = (await client.add_image(project["id"], picture()))["id"]
    await reader.open(f"/app/projects/{project['id']}")
    await expect(page.locator(".states")).to_have_text("not analysed")

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

    await reader.page.context.set_offline(True)
    await reader.page.evaluate("document.querySelector('.job')._htmx.sse.reader.cancel()")
    workers.start()
    assert (await reader.client.final(job["id"]))["status"] == "succeeded"
    await expect(reader.page.locator(".job .badge")).to_have_text("queued")
    await reader.page.context.set_offline(False)
    await expect(reader.page.locator(".job .badge")).to_have_text("succeeded", timeout=60_000)
