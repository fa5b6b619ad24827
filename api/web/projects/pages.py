"""Pages of projects: the list, and the gallery of each."""

from http import HTTPStatus
from typing import Annotated, Any, get_args
from uuid import UUID

from litestar import Controller, Response, get, post
from litestar.params import FromPath, QueryParameter

from api.http import paging
from api.http.answers.problems import problem_of
from api.http.dependencies import Injected
from api.http.paging import Cursor
from api.projects import cursors
from api.web.forms import Form
from api.web.page_request import PageRequest, state_hash
from api.web.problems import MISTAKES
from shared import analyses, detection_runs, projects
from shared.analyses import AnalysisStatus
from shared.kit.errors import Fault, InvalidInput, Problem
from shared.presentation.runs.model_trends import ModelTrend, trends
from shared.projects import images
from shared.projects.decoding import take_form
from shared.projects.listing import Images, Search, Sort, list_images, page_position
from shared.projects.records import NewImage, ProjectDescription

PAGE_SIZE = 30
GALLERY_SIZE = 48
# Of all models of a project together.
RUNS_OF_TRENDS = 200

SORTS: dict[Sort, str] = {
    "-created_at": "newest first",
    "created_at": "oldest first",
    "filename": "by name",
    "-size_bytes": "largest first",
}


class ProjectPages(Controller):
    """Pages of projects."""

    path = "/app/projects"

    @get()
    async def list_own(
        self,
        page_request: Injected[PageRequest],
        cursor: Cursor = None,
        name: Annotated[str, QueryParameter()] = "",
    ) -> Response[str]:
        """List the account's projects, newest first."""
        return await _list(page_request, cursor=cursor, name=name)

    @post()
    async def create(self, page_request: Injected[PageRequest], form: Injected[Form]) -> Response[Any]:
        """Create a project."""
        caller = page_request.caller
        try:
            name = form.text("name")
            if name is None:
                raise InvalidInput(Fault("/name", "name: enter a name."))
            description = ProjectDescription(name, form.text("description", limit=2000))
            project = await projects.create(page_request.platform, caller, description)
        except MISTAKES as error:
            return await _list(page_request, problem=problem_of(page_request.request, error), texts=form.texts)
        return page_request.redirect(f"/app/projects/{project.id}")

    @get("/{project_id:str}")
    async def read(
        self,
        page_request: Injected[PageRequest],
        project_id: FromPath[str],
        cursor: Annotated[str, QueryParameter()] = "",
        sort: Annotated[Sort, QueryParameter()] = "-created_at",
        filename: Annotated[str, QueryParameter()] = "",
        deleted: Annotated[str, QueryParameter()] = "",
        seen: Annotated[str, QueryParameter()] = "",
    ) -> Response[Any]:
        """Show the gallery of a project; only the pictures, when a script polls for changes."""
        project = await projects.find(page_request.platform, page_request.caller, project_id)
        search = Search(filename=filename or None, deleted=bool(deleted))
        page, next_cursor = await _gallery(page_request, project_id, search, sort, cursor)
        status_counts = await analyses.status_counts(
            page_request.platform, page_request.caller, [image.id for image in page.images]
        )
        state = _state(page, status_counts)
        if page_request.is_partial and seen == state:
            return Response(None, status_code=HTTPStatus.NO_CONTENT)
        models = [] if page_request.is_partial else await _models(page_request, project_id)
        return page_request.render(
            "projects/gallery.html" if page_request.is_partial else "projects/page.html",
            project=project,
            page=page,
            status_counts=status_counts,
            state=state,
            next_cursor=next_cursor,
            cursor=cursor,
            sort=sort,
            sorts={name: SORTS[name] for name in get_args(Sort) if name in SORTS},
            filename=filename,
            deleted=bool(deleted),
            models=models,
            largest=page_request.platform.settings.max_image_bytes,
            problem=None,
        )

    @post("/{project_id:str}/images")
    async def upload(
        self, page_request: Injected[PageRequest], project_id: FromPath[str], form: Injected[Form]
    ) -> Response[Any]:
        """Add images to the project; a script sends one at a time, a browser without scripts all of them."""
        project = await projects.find(page_request.platform, page_request.caller, project_id)
        if not form.uploads:
            raise InvalidInput(Fault("/file", "file: choose at least one image."))
        for file in form.uploads:
            # A form of a page lies on disk until then.
            async with take_form(page_request.platform, page_request.caller.account_id):
                new = NewImage(file.filename, await file.read())
                await images.add(page_request.platform, page_request.caller, project.id, new)
        if page_request.is_partial:
            return page_request.render("projects/receipt.html")
        return page_request.redirect(f"/app/projects/{project.id}?notice=saved")

    @post("/{project_id:str}/delete")
    async def delete(self, page_request: Injected[PageRequest], project_id: FromPath[str]) -> Response[Any]:
        """Delete a project and its images for good."""
        await projects.delete(page_request.platform, page_request.caller, project_id, force=True)
        return page_request.redirect("/app/projects?notice=deleted")


async def _gallery(
    page_request: PageRequest, project_id: str, search: Search, sort: Sort, cursor: str
) -> tuple[Images, str | None]:
    """Return a page of a project's images, and the cursor of the next one."""
    listing = await list_images(
        page_request.platform,
        page_request.caller,
        project_id,
        search,
        sort=sort,
        after=cursors.read(cursor or None, sort),
        limit=GALLERY_SIZE + 1,
    )
    gallery, next_cursor = paging.cut(
        listing.images, GALLERY_SIZE, lambda image: cursors.write(page_position(image, sort))
    )
    return listing._replace(images=gallery), next_cursor


async def _models(page_request: PageRequest, project_id: str) -> list[ModelTrend]:
    runs = await detection_runs.list_own(
        page_request.platform, page_request.caller, project_id=project_id, before=None, limit=RUNS_OF_TRENDS
    )
    return trends(runs)


def _state(page: Images, status_counts: dict[UUID, dict[AnalysisStatus, int]]) -> str:
    image_states = [
        (image.id, image.thumbnail_status, image.deleted_at, status_counts.get(image.id)) for image in page.images
    ]
    return state_hash((page.total, image_states))


async def _list(
    page_request: PageRequest,
    *,
    cursor: UUID | None = None,
    name: str = "",
    problem: Problem | None = None,
    texts: dict[str, str] | None = None,
) -> Response[str]:
    records = await projects.list_own(
        page_request.platform, page_request.caller, before=cursor, name=name or None, limit=PAGE_SIZE + 1
    )
    page = paging.cut(records, PAGE_SIZE, lambda project: project.id)
    return page_request.render(
        "projects/list.html",
        page_request.status(problem),
        projects=page.rows,
        name=name,
        cursor=cursor,
        next_cursor=page.next,
        problem=problem,
        texts=texts or {},
    )
