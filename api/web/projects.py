"""Pages of projects: the list, and the gallery of each."""

from http import HTTPStatus
from typing import Annotated, Any, get_args
from uuid import UUID

from litestar import Controller, Response, get, post
from litestar.params import FromPath, QueryParameter

from api.http import paging
from api.http.injected import Injected
from api.http.paging import Cursor
from api.http.problems import Problem
from api.projects import cursors
from api.web.forms import Form
from api.web.page_request import Visit, state_text
from api.web.problems import MISTAKES, described
from shared import analyses, projects
from shared.analyses import AnalysisStatus
from shared.kit.errors import Fault, InvalidInput
from shared.projects import images
from shared.projects.listing import Page, Search, Sort, list_images
from shared.projects.records import NewImage, ProjectDescription

LISTED = 30
SHOWN = 48

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
        visit: Injected[Visit],
        cursor: Cursor = None,
        name: Annotated[str, QueryParameter()] = "",
    ) -> Response[str]:
        """The account's projects, newest first."""
        return await _list(visit, cursor=cursor, name=name)

    @post()
    async def create(self, visit: Injected[Visit], form: Injected[Form]) -> Response[Any]:
        """Open a project."""
        caller = visit.caller
        try:
            name = form.text("name")
            if name is None:
                raise InvalidInput(Fault("/name", "name: give the project a name."))
            description = ProjectDescription(name, form.text("description", limit=2000))
            project = await projects.create(visit.platform, caller, description)
        except MISTAKES as error:
            return await _list(visit, problem=described(visit.request, error), texts=form.texts)
        return visit.redirect(f"/app/projects/{project.id}")

    @get("/{project_id:str}")
    async def read(
        self,
        visit: Injected[Visit],
        project_id: FromPath[str],
        cursor: Annotated[str, QueryParameter()] = "",
        sort: Annotated[Sort, QueryParameter()] = "-created_at",
        filename: Annotated[str, QueryParameter()] = "",
        deleted: Annotated[str, QueryParameter()] = "",
        seen: Annotated[str, QueryParameter()] = "",
    ) -> Response[Any]:
        """The gallery of a project; the pictures alone, when a script asks whether anything has changed."""
        project = await projects.find(visit.platform, visit.caller, project_id)
        search = Search(filename=filename or None, deleted=bool(deleted))
        page = await list_images(
            visit.platform,
            visit.caller,
            project_id,
            search,
            sort=sort,
            after=cursors.read(cursor or None, sort),
            limit=SHOWN,
        )
        standing = await analyses.standing(visit.platform, visit.caller, [image.id for image in page.images])
        state = _state(page, standing)
        if visit.is_partial and seen == state:
            return Response(None, status_code=HTTPStatus.NO_CONTENT)
        return visit.page(
            "projects/gallery.html" if visit.is_partial else "projects/page.html",
            project=project,
            page=page,
            standing=standing,
            state=state,
            following=cursors.write(page.following),
            cursor=cursor,
            sort=sort,
            sorts={name: SORTS[name] for name in get_args(Sort) if name in SORTS},
            filename=filename,
            deleted=bool(deleted),
            largest=visit.platform.settings.max_image_bytes,
            problem=None,
        )

    @post("/{project_id:str}/images")
    async def upload(self, visit: Injected[Visit], project_id: FromPath[str], form: Injected[Form]) -> Response[Any]:
        """Take images into the project; a script sends one at a time, a browser without scripts all of them."""
        project = await projects.find(visit.platform, visit.caller, project_id)
        if not form.uploads:
            raise InvalidInput(Fault("/file", "file: choose at least one image."))
        for file in form.uploads:
            await images.add(visit.platform, visit.caller, project.id, NewImage(file.filename, await file.read()))
        if visit.is_partial:
            return visit.page("projects/taken.html")
        return visit.redirect(f"/app/projects/{project.id}?notice=saved")

    @post("/{project_id:str}/delete")
    async def delete(self, visit: Injected[Visit], project_id: FromPath[str]) -> Response[Any]:
        """Delete a project and its images for good."""
        await projects.delete(visit.platform, visit.caller, project_id, force=True)
        return visit.redirect("/app/projects?notice=deleted")


def _state(page: Page, standing: dict[UUID, dict[AnalysisStatus, int]]) -> str:
    shown = [(image.id, image.thumbnail_status, image.deleted_at, standing.get(image.id)) for image in page.images]
    return state_text((page.total, shown))


async def _list(
    visit: Visit,
    *,
    cursor: UUID | None = None,
    name: str = "",
    problem: Problem | None = None,
    texts: dict[str, str] | None = None,
) -> Response[str]:
    found = await projects.list_own(visit.platform, visit.caller, before=cursor, name=name or None, limit=LISTED)
    following = paging.following(found, LISTED, lambda one: one.id)
    return visit.page(
        "projects/list.html",
        visit.status(problem),
        found=found,
        name=name,
        cursor=cursor,
        following=following,
        problem=problem,
        texts=texts or {},
    )
