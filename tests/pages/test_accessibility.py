"""axe-core finds nothing serious on the pages, in light and dark, on a desktop and on a phone."""

from typing import Literal

import pytest
from playwright.async_api import Browser, ViewportSize

from shared.kit.platform import Platform
from tests.actors import Client, Team
from tests.detection_projects import FOUND, TRUTH, judge, judged_project
from tests.files import upload_file
from tests.pages.reader import Reader
from tests.pictures import picture
from tests.pipelines import Pipeline, box, create_analysis

SCHEMES: tuple[Literal["light", "dark"], ...] = ("light", "dark")

PHONE: ViewportSize = {"width": 360, "height": 740}
DESKTOP: ViewportSize = {"width": 1280, "height": 720}

# What the checker finds by colours. Its other rules find the same in both schemes, which differ in colours alone.
BY_COLOUR = ("color-contrast", "link-in-text-block")

# The names of the properties that the style sheets of a page set for one of the schemes.
SET_BY_SCHEME = """() => {
    const rules = [...document.styleSheets].flatMap((sheet) => [...sheet.cssRules]);
    const schemes = rules.filter((rule) => rule.media?.mediaText.includes("prefers-color-scheme"));
    return schemes.flatMap((scheme) => [...scheme.cssRules].flatMap((rule) => [...rule.style]));
}"""

LABELS = [f"class {i}" for i in range(40)]


async def _paths(reader: Reader, platform: Platform) -> list[str]:
    client = reader.client
    async with platform.db.connection() as connection:
        await connection.execute("UPDATE account SET is_admin = true WHERE email = $1", client.email)
    project = (await client.post("/api/projects", {"name": "Streets"})).json()["id"]
    file = {"file": ("street.png", picture(size=(640, 480)), "image/png")}
    sent = await client.http.post(f"/api/projects/{project}/images", files=file, headers={"X-API-Key": client.key})
    image = sent.json()["id"]
    analyses = [await create_analysis(client, image) for _ in range(2)]
    for analysis in analyses:
        scores = {
            "annotation_type": "classification",
            "class_name": "day",
            "data": {"scores": {"day": 0.9, "night": 0.1}},
        }
        await Pipeline(client.http).annotate(analysis, box(), box("car", 0.5, (300, 200, 90, 60)), scores)
    await client.post(f"/api/images/{image}/comments", {"text": "A remark."})
    await client.send("PUT", f"/api/images/{image}/metadata", json={"key": "split", "value": "train"})
    small = await client.create_matrix(["a", "a", "b", "c"], ["a", "b", "b", "c"])
    other = await client.create_matrix(["a", "a", "b", "c"], ["a", "a", "b", "c"])
    large = await client.create_matrix(LABELS, LABELS[1:] + LABELS[:1])
    await client.post("/v1/webhooks/endpoints", {"url": "https://example.com/hook", "description": "mine"})
    report = await client.submit("report", small)
    await client.final(report["id"])
    curve = await client.post(
        "/v1/jobs",
        {"kind": "curve", "actual_vector": [0, 1, 1], "probability_vector": [[0.9, 0.1], [0.4, 0.6], [0.7, 0.3]]},
    )
    job = (await client.final(curve.json()["id"]))["id"]
    runs = [await _run(client, least) for least in (10, 20)]
    compared = await client.make("/v1/comparisons", {"baseline": runs[0], "candidate": runs[1]})
    await client.send("PATCH", f"/v1/runs/{runs[0]}", json={"tags": ["main"]})
    gate = (await client.post("/v1/gates", {"name": "main", "baseline": {"tag": "main"}})).json()["id"]
    check = await client.make(f"/v1/gates/{gate}/checks", {"candidate": runs[1]})
    judged, _ = await judged_project(platform, client, {"yolo_v8": [FOUND]}, [TRUTH])
    detection_run = (await judge(client, judged, "yolo_v8"))["id"]
    asked = await _run(client, 20, truth="first", prediction="second")
    reviewed = await _run(client, 20, review=True)
    shared = {"run": runs[0], "comparison": compared["id"], "gate": gate, "matrix": small, "image": image}
    truth = await upload_file(client, b"id,label\n1,cat\n2,dog\n")
    body = {"upload_id": truth["id"], "name": "Pets"}
    dataset = (await client.make("/v1/datasets", body))["id"]
    links = [
        (await client.post("/v1/share-links", {"target_type": target_type, "target_id": target})).json()["path"]
        for target_type, target in shared.items()
    ]
    return [
        "/",
        *links,
        "/app/runs",
        f"/app/runs?sort=f1.class&run={runs[0]}",
        "/app/runs?group=dataset",
        f"/app/runs/selected?run={runs[0]}&run={runs[1]}",
        f"/app/runs/trend?baseline={runs[1]}",
        "/app/search?q=Streets",
        "/app/runs/new",
        f"/app/runs/{runs[0]}",
        f"/app/runs/{runs[0]}?threshold=0.5&slice=split%3Apart%201",
        f"/app/runs/{runs[0]}/samples",
        f"/app/runs/{runs[0]}/curves",
        f"/app/runs/{runs[0]}/slices",
        f"/app/runs/{runs[0]}/suspects",
        f"/app/runs/{runs[0]}/columns",
        f"/app/runs/{asked}",
        f"/app/runs/{reviewed}",
        "/app/datasets",
        f"/app/datasets/{dataset}",
        "/app/comparisons",
        "/app/comparisons/new",
        f"/app/comparisons/{compared['id']}",
        f"/app/comparisons/{compared['id']}/flips",
        f"/app/comparisons/{compared['id']}/curves",
        f"/app/comparisons/{compared['id']}/matrix",
        f"/app/projects/{judged}/models",
        f"/app/detection-runs/{detection_run}?confidence=0.2",
        "/app/gates",
        "/app/gates/new",
        f"/app/gates/{gate}",
        f"/app/checks/{check['id']}",
        "/app/matrices",
        "/app/matrices?name=nothing",
        "/app/matrices/new",
        f"/app/matrices/{small}",
        f"/app/matrices/{small}?show=row&diagonal=hide",
        f"/app/matrices/{small}/samples?row=0&column=1",
        f"/app/matrices/{small}/statistics?sort=F1",
        f"/app/matrices/{large}",
        f"/app/compare?uid={small}&uid={other}",
        "/app/curves",
        f"/app/curves/{job}",
        "/app/jobs",
        f"/app/jobs/{report['id']}",
        "/app/webhooks",
        "/app/account",
        "/app/account/security",
        "/app/share-links",
        "/app/projects",
        f"/app/projects/{project}",
        f"/app/projects/{project}/files",
        f"/app/images/{image}?first={analyses[0]}",
        f"/app/images/{image}?first={analyses[0]}&second={analyses[1]}&layout=beside",
        "/app/admin",
        "/app/admin/workers",
        "/app/admin/accounts",
        "/app/admin/jobs",
        "/app/admin/matrices",
        "/app/admin/invitations",
        "/app/admin/audit",
    ]


async def _run(
    client: Client, least: int, truth: str = "truth", prediction: str = "prediction", *, review: bool = False
) -> str:
    """A run of thirty samples, a third of them dogs, of which those from number `least` on are predicted as dogs."""
    names = ("id", truth, prediction, "score_dog", "split")
    rows = [
        (f"s{i}", "dog" if i % 3 == 0 else "cat", "dog" if i >= least else "cat", i / 30, f"part {i % 2}")
        for i in range(30)
    ]
    records = [dict(zip(names, row, strict=True)) for row in rows]
    return str((await client.make("/v1/runs", {"records": records, "review": review}))["id"])


async def _violations(reader: Reader, axe: str) -> dict[str, list[str]]:
    """Return the violations on the open page by scheme; without animations, so that no colour is in transition."""
    found: dict[str, list[str]] = {}
    for scheme in SCHEMES:
        await reader.page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
        if violations := await reader.violations(axe, *(() if scheme == SCHEMES[0] else BY_COLOUR)):
            found[scheme] = violations
    return found


@pytest.mark.timeout(400)
async def test_no_page_has_a_serious_violation_or_is_wider_than_a_phone(
    reader: Reader, platform: Platform, workers: Team, axe: str
) -> None:
    assert workers["worker"].running
    longest = {"actual_vector": [0, 1], "predicted_vector": [0, 1], "name": "W" * 200}
    await reader.client.post("/v1/matrices", longest)
    pages = dict.fromkeys(await _paths(reader, platform), 200)
    pages |= {"/app/nothing": 404, "/app/compare": 200, "/app/compare?uid=one": 400}
    widths: dict[str, int] = {}
    violations: dict[str, dict[str, list[str]]] = {}
    for path, status in pages.items():
        await reader.page.set_viewport_size(PHONE)
        await reader.open(path, status)
        widths[path] = await reader.page.evaluate("document.documentElement.scrollWidth")
        await reader.page.set_viewport_size(DESKTOP)
        violations[path] = await _violations(reader, axe)
    assert widths == dict.fromkeys(pages, PHONE["width"])
    assert {path: found for path, found in violations.items() if found} == {}


async def test_the_way_in_has_none_either(browser: Browser, site: str, reader: Reader, axe: str) -> None:
    context = await browser.new_context(base_url=site)
    stranger = Reader(await context.new_page(), reader.client)
    for path in ("/", "/app/sign-in", "/app/sign-up"):
        await stranger.open(path)
        assert await _violations(stranger, axe) == {}, path
    await context.close()


async def test_the_colours_are_those_of_the_scheme(reader: Reader) -> None:
    grounds = set()
    await reader.open("/app/matrices")
    for scheme in SCHEMES:
        await reader.page.emulate_media(color_scheme=scheme)
        grounds.add(await reader.page.evaluate("getComputedStyle(document.documentElement).backgroundColor"))
    assert len(grounds) == len(SCHEMES)


async def test_the_schemes_differ_in_colours_alone(reader: Reader) -> None:
    await reader.open("/app/matrices")
    names = set(await reader.page.evaluate(SET_BY_SCHEME))
    assert {name for name in names if not name.startswith("--")} == {"color-scheme", "filter"}
    assert names > {"--b1", "--pico-color"}


@pytest.mark.parametrize(("scheme", "colour"), [("light", "silver"), ("dark", "#444")])
@pytest.mark.parametrize("rules", [(), BY_COLOUR])
async def test_what_can_hardly_be_read_is_found(
    reader: Reader, axe: str, scheme: Literal["light", "dark"], colour: str, rules: tuple[str, ...]
) -> None:
    await reader.open("/app/matrices")
    await reader.page.emulate_media(color_scheme=scheme)
    await reader.page.evaluate(f"document.querySelector('h1').style.color = '{colour}'")
    assert [found.partition(":")[0] for found in await reader.violations(axe, *rules)] == ["color-contrast"]


async def test_the_first_stop_of_the_keyboard_leads_to_the_content(reader: Reader) -> None:
    await reader.open("/app/matrices")
    await reader.page.keyboard.press("Tab")
    assert await reader.page.evaluate("document.activeElement.textContent") == "Skip to content"
    await reader.page.keyboard.press("Enter")
    assert await reader.page.evaluate("document.activeElement.id") == "main"


async def test_nothing_moves_for_who_asked_for_that(reader: Reader) -> None:
    await reader.page.emulate_media(reduced_motion="reduce")
    await reader.open("/app/matrices/new")
    button = reader.page.get_by_role("button", name="Create")
    assert await button.evaluate("button => getComputedStyle(button).transitionProperty") == "none"


async def test_after_signing_out_the_way_back_shows_nothing(reader: Reader) -> None:
    uid = await reader.client.create_matrix()
    await reader.open(f"/app/matrices/{uid}")
    await reader.page.get_by_role("button", name="Sign out").click()
    await reader.page.wait_for_url("**/?notice=signed-out")
    await reader.page.go_back()
    await reader.page.wait_for_url("**/app/sign-in**")
    assert uid[-8:] not in await reader.page.locator("main").inner_text()
