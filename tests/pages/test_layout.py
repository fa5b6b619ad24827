"""What stands side by side begins at one line, and a phone shows first what one looks for."""

from itertools import pairwise

from playwright.async_api import Browser, expect

from tests.actors import Team
from tests.pages.reader import Reader

_PLACES = """(found) => found.map((one) => {
    const box = one.getBoundingClientRect();
    return [Math.round(box.x), Math.round(box.y)];
})"""
_EDGES = """(found) => found.map((one) => {
    const box = one.getBoundingClientRect();
    return [box.left, box.right];
})"""
SCORES = [at / 80 for at in range(80)]
BINARY = {"y_true": ["ham", "spam"] * 40, "y_pred": ["ham", "spam"] * 40, "score_spam": SCORES}
THREE = {"y_true": ["a", "b", "c"], "y_pred": ["a", "b", "c"]}


async def test_charts_begin_at_one_height_and_intervals_of_a_list_at_one_edge(reader: Reader, workers: Team) -> None:
    assert workers["worker"].running
    runs = list[str]()
    for body in ({"data": BINARY, "positive": "spam"}, {"data": THREE}):
        runs.append((await reader.client.post("/v1/runs", body)).json()["id"])
        await reader.client.ready(f"/v1/runs/{runs[-1]}")
    page = reader.page
    await page.set_viewport_size({"width": 1280, "height": 900})

    await reader.open(f"/app/runs/{runs[0]}")
    charts = await page.locator(".charts svg.curve").evaluate_all(_PLACES)
    await reader.open("/")
    whiskers = await page.locator(".figure .whisker").evaluate_all(_PLACES)
    # Its shortest name of a metric is shorter than its longest by far.
    names = await page.locator(".figure small").all_inner_texts()

    assert len(charts) == 3
    assert len({y for _, y in charts}) == 1
    assert len(whiskers) == len(names) == 2
    assert len({x for x, _ in whiskers}) == 1
    await page.set_viewport_size({"width": 390, "height": 900})
    await reader.open(f"/app/runs/{runs[0]}")
    assert await page.evaluate("document.documentElement.scrollWidth") == 390
    # The marks of the legend do not run into each other.
    marks = await page.locator(".legend li span").evaluate_all(_EDGES)
    assert len(marks) == 7
    assert all(left[1] < right[0] for left, right in pairwise(marks))
    assert marks[-1][1] < 390


async def test_a_phone_shows_the_verdicts_of_a_comparison_at_once(reader: Reader, workers: Team) -> None:
    assert workers["worker"].running
    sides = [(await reader.client.make("/v1/runs", {"data": data}))["id"] for data in (THREE, THREE)]
    compared = await reader.client.make("/v1/comparisons", {"baseline": sides[0], "candidate": sides[1]})
    await reader.page.set_viewport_size({"width": 390, "height": 900})

    await reader.open(f"/app/comparisons/{compared['id']}")
    first = reader.page.get_by_role("row").filter(has=reader.page.get_by_role("rowheader", name="Accuracy")).first
    cells = first.get_by_role("cell")

    assert await cells.evaluate_all("(found) => found.slice(0, 2).map((one) => one.dataset.label)") == [
        "Difference",
        "Verdict",
    ]
    assert max(edge for _, edge in await cells.evaluate_all(_EDGES)) <= 390


async def test_a_phone_shows_every_figure_of_a_row_with_its_name(reader: Reader, workers: Team) -> None:
    assert workers["worker"].running
    client, page = reader.client, reader.page
    run = (await client.make("/v1/runs", {"data": BINARY, "positive": "spam", "model_name": "a filter of spam"}))["id"]
    before = (await client.make("/v1/runs", {"data": BINARY}))["id"]
    gate = (
        await client.post(
            "/v1/gates", {"name": "g", "baseline": {"run_id": before}, "metrics": [{"metric": "accuracy"}]}
        )
    ).json()
    await client.make(f"/v1/gates/{gate['id']}/checks", {"candidate": run})
    await client.post("/v1/share-links", {"target_type": "run", "target_id": run})
    paths = {
        "/": ["Metric", "Model", "Samples", "Status", "Created"],
        "/app/runs": ["Metric", "Model", "Samples", "Status", "Created"],
        "/app/gates": ["Latest check", "Metrics", "Version", "Created"],
        f"/app/gates/{gate['id']}": ["Candidate", "Version of the gate", "Checked"],
        "/app/jobs": ["Status", "Matrices", "Created", "Files"],
        "/app/share-links": ["Created", "Expires", "Status"],
        "/app/account": ["Scopes", "Created", "Last used", "Status"],
        f"/app/runs/{run}": [
            "Support",
            "Predicted",
            "Precision",
            "Recall",
            "F1 score",
            "ROC AUC",
            "F1 with its interval",
        ],
    }
    await page.set_viewport_size({"width": 390, "height": 900})

    for path, names in paths.items():
        await reader.open(path)
        row = page.locator(".stacked tbody tr").first
        assert await row.locator("td[data-label]").evaluate_all("(all) => all.map((one) => one.dataset.label)") == names
        edges = await row.locator("th, td, time").evaluate_all(_EDGES)
        assert (path, max(edge for _, edge in edges) <= 390) == (path, True)
    # The titles that sort are still there.
    await page.get_by_role("link", name="Recall").click()
    await page.wait_for_url("**sort=recall*")


async def test_a_phone_shows_every_figure_of_a_report(reader: Reader, workers: Team) -> None:
    assert workers["worker"].running
    client, page = reader.client, reader.page
    sides = [(await client.make("/v1/runs", {"data": BINARY, "positive": "spam"}))["id"] for _ in range(2)]
    compared = await client.make("/v1/comparisons", {"baseline": sides[0], "candidate": sides[1]})
    await page.set_viewport_size({"width": 390, "height": 900})

    for path in (f"/app/runs/{sides[0]}/report", f"/app/comparisons/{compared['id']}/report"):
        await reader.open(path)
        cells = page.locator(".stacked tbody tr").first.locator("th, td")
        edges = await cells.evaluate_all(_EDGES)
        assert (path, len(edges) > 5, max(edge for _, edge in edges) <= 390) == (path, True, True)


async def test_a_phone_shows_the_button_that_ends_a_session(reader: Reader, browser: Browser, site: str) -> None:
    other = await browser.new_context(base_url=site)
    await Reader(await other.new_page(), reader.client).sign_in()
    await reader.page.set_viewport_size({"width": 390, "height": 900})

    await reader.open("/app/account/security")

    ((_, edge),) = await reader.page.get_by_role("button", name="End", exact=True).evaluate_all(_EDGES)
    assert edge <= 390
    await other.close()


async def test_an_order_is_offered_only_where_there_is_a_metric_to_order_by(reader: Reader, workers: Team) -> None:
    assert workers["worker"].running
    await reader.client.make("/v1/runs", {"data": THREE})
    await reader.open("/app/runs")
    order = reader.page.get_by_label("Order")

    await expect(order).to_be_hidden()
    await reader.page.get_by_label("Sort by").select_option(index=1)
    await expect(order).to_be_visible()
