"""The page that finds any run, project, image or page of the service by a part of its name, or by its id."""

from collections.abc import Awaitable, Callable, Iterable
from http import HTTPStatus
from typing import Annotated, Any, NamedTuple

from litestar import Controller, Response, get
from litestar.params import QueryParameter

from api.http.dependencies import Injected
from api.web.page_request import PageRequest
from api.web.runs.choices import title_of_detector
from shared import comparisons, datasets, detection_runs, gates, jobs, matrices, projects, runs
from shared.accounts import Caller
from shared.kit.errors import DomainError
from shared.kit.ids import parse_uuid
from shared.kit.platform import Platform
from shared.projects import image_search, images
from shared.runs import listing
from shared.runs.list_queries import RunFilter

# More than these of a noun are a search to be made narrower.
MOST = 6
MAX_TEXT = 200
# An account has few gates and datasets; the newest are looked through.
LOOKED_THROUGH = 100

SearchText = Annotated[str, QueryParameter()]

PAGES = {
    "Overview": "/",
    "Runs": "/app/runs",
    "New run": "/app/runs/new",
    "Runs by model": "/app/runs?group=model",
    "Runs by tag": "/app/runs?group=tag",
    "Runs over time": "/app/runs/trend",
    "Datasets": "/app/datasets",
    "Matrices": "/app/matrices",
    "New matrix": "/app/matrices/new",
    "Curves": "/app/curves",
    "Comparisons": "/app/comparisons",
    "Compare two runs": "/app/comparisons/new",
    "Ranking of matrices": "/app/compare",
    "Projects and images": "/app/projects",
    "Gates": "/app/gates",
    "New gate": "/app/gates/new",
    "Settings: keys and usage": "/app/account",
    "Settings: password and sessions": "/app/account/security",
    "Settings: share links": "/app/share-links",
    "Settings: jobs": "/app/jobs",
    "Settings: webhooks": "/app/webhooks",
    "API documentation": "/docs",
}


class Hit(NamedTuple):
    """Something that was found: its name, what is said beside it, and its address."""

    name: str
    about: str
    address: str


class SearchPages(Controller):
    """The page of the search."""

    path = "/app/search"

    @get()
    async def read(self, page_request: Injected[PageRequest], q: SearchText = "") -> Response[str]:
        """Find things of the account and pages by a part of their names, or a thing by its id."""
        text = q.strip()[:MAX_TEXT]
        platform, caller = page_request.platform, page_request.caller
        hits = {"Pages": _pages(text)}
        if parse_uuid(text) is not None:
            hits = {"By its identifier": await _by_id(platform, caller, text)}
        elif text:
            hits |= await _named(platform, caller, text)
        else:
            hits |= {"Latest runs": await _runs(platform, caller, None)}
        found = {title: ones for title, ones in hits.items() if ones}
        return page_request.render("search.html", text=text, hits=found, is_cut=len(q.strip()) > MAX_TEXT)


def _pages(text: str) -> list[Hit]:
    # By the beginnings of their words: a page is known by its name, and is not in the way of what is not.
    wanted = " " + text.lower()
    return [Hit(name, "page", address) for name, address in PAGES.items() if wanted in " " + name.lower()][:MOST]


async def _named(platform: Platform, caller: Caller, text: str) -> dict[str, list[Hit]]:
    found_projects = await projects.list_own(platform, caller, before=None, name=text, limit=MOST)
    found_matrices = await matrices.list_own(platform, caller, before=None, name=text, tag=None, limit=MOST)
    found_detectors = await detection_runs.list_own(
        platform, caller, project_id=None, before=None, limit=MOST, text=text
    )
    found_images = await image_search.find_images(platform, caller, text, MOST)
    own_datasets = await datasets.list_own(platform, caller, before=None, name=None, limit=LOOKED_THROUGH)
    own_gates = await gates.list_own(platform, caller, before=None, limit=LOOKED_THROUGH)
    return {
        "Runs": await _runs(platform, caller, text),
        "Detection runs": [
            Hit(one.name or title_of_detector(one), one.model_name, f"/app/detection-runs/{one.id}")
            for one in found_detectors
        ],
        "Projects": [Hit(one.name, "project", f"/app/projects/{one.id}") for one in found_projects],
        "Images": [Hit(one.filename, one.project_name, f"/app/images/{one.id}") for one in found_images],
        "Datasets": _hits(
            text, (Hit(one.name, f"version {one.version}", f"/app/datasets/{one.id}") for one in own_datasets)
        ),
        "Gates": _hits(text, (Hit(one.name, "gate", f"/app/gates/{one.id}") for one in own_gates)),
        "Matrices": [Hit(one.description.name or "", "matrix", f"/app/matrices/{one.uid}") for one in found_matrices],
    }


async def _runs(platform: Platform, caller: Caller, text: str | None) -> list[Hit]:
    found = await listing.newest(platform, caller, RunFilter(text=text), before=None, limit=MOST)
    return [Hit(run.name or run.filename, run.model_name or "run", f"/app/runs/{run.id}") for run in found]


def _hits(text: str, hits: Iterable[Hit]) -> list[Hit]:
    wanted = text.lower()
    return [hit for hit in hits if wanted in hit.name.lower()][:MOST]


async def _by_id(platform: Platform, caller: Caller, text: str) -> list[Hit]:
    """The thing of the caller that has an id."""
    getters: dict[str, tuple[str, Callable[[], Awaitable[Any]]]] = {
        "run": ("runs", lambda: runs.get(platform, caller, text)),
        "detection run": ("detection-runs", lambda: detection_runs.get(platform, caller, text)),
        "project": ("projects", lambda: projects.find(platform, caller, text)),
        "image": ("images", lambda: images.find(platform, caller, text)),
        "dataset": ("datasets", lambda: datasets.get(platform, caller, text)),
        "comparison": ("comparisons", lambda: comparisons.get(platform, caller, text)),
        "gate": ("gates", lambda: gates.get(platform, caller, text)),
        "matrix": ("matrices", lambda: matrices.counts(platform, caller, text)),
        "job": ("jobs", lambda: jobs.find(platform, caller, parse_uuid(text))),
    }
    return [
        Hit(text, noun, f"/app/{folder}/{text}")
        for noun, (folder, getter) in getters.items()
        if await _is_there(getter())
    ]


async def _is_there(getting: Awaitable[Any]) -> bool:
    try:
        await getting
    except DomainError as error:
        if error.status != HTTPStatus.NOT_FOUND:
            raise
        return False
    return True
