"""Projects, and the images in one."""

from typing import Annotated

from litestar import Controller, delete, get
from litestar.params import FromPath, QueryParameter

from api.http import paging
from api.http.bodies.json_bodies import Body
from api.http.bodies.limits import LARGE
from api.http.bodies.multipart import FormBody
from api.http.dependencies import Injected
from api.http.paging import Cursor, Limit
from api.http.routes import patch, post
from api.projects import cursors
from api.projects.forms import ImageForm, read_image
from api.projects.schemas import (
    ImageEventOut,
    ImageEventPage,
    ImageOut,
    ImagePage,
    ProjectIn,
    ProjectOut,
    ProjectPage,
    ProjectPatch,
)
from shared import projects
from shared.accounts import Caller
from shared.kit.platform import Platform
from shared.projects import deletion, images
from shared.projects.decoding import take_form
from shared.projects.listing import Search, Sort, list_images, page_position


class ProjectController(Controller):
    """Projects and the images in them."""

    path = "/api/projects"
    tags = ["projects"]

    @post(operation_id="projects.create")
    async def create(
        self, platform: Injected[Platform], caller: Injected[Caller], project: Body[ProjectIn]
    ) -> ProjectOut:
        """Create a project.

        A project holds images that belong together.
        """
        return ProjectOut.of(await projects.create(platform, caller, project.description_of()))

    @get(operation_id="projects.list")
    async def list_own(
        self,
        platform: Injected[Platform],
        caller: Injected[Caller],
        cursor: Cursor = None,
        name: Annotated[str | None, QueryParameter(description="Only items whose name contains this.")] = None,
        limit: Limit = 50,
    ) -> ProjectPage:
        """List projects.

        Returns the account's projects, newest first.
        """
        records = await projects.list_own(platform, caller, before=cursor, name=name, limit=limit + 1)
        page = paging.cut(records, limit, lambda project: str(project.id))
        return ProjectPage([ProjectOut.of(project) for project in page.rows], page.next)

    @get("/{project_id:str}", operation_id="projects.get")
    async def read(
        self, platform: Injected[Platform], caller: Injected[Caller], project_id: FromPath[str]
    ) -> ProjectOut:
        """Get a project.

        Returns its description and the number of its images.
        """
        return ProjectOut.of(await projects.find(platform, caller, project_id))

    @patch("/{project_id:str}", operation_id="projects.update")
    async def describe(
        self,
        platform: Injected[Platform],
        caller: Injected[Caller],
        project_id: FromPath[str],
        change: Body[ProjectPatch],
    ) -> ProjectOut:
        """Update a project.

        Fields that are not sent stay as they are; `metadata` is replaced as a whole.
        """
        return ProjectOut.of(await projects.describe(platform, caller, project_id, change.applied_to))

    @delete("/{project_id:str}", operation_id="projects.delete")
    async def remove(
        self,
        platform: Injected[Platform],
        caller: Injected[Caller],
        project_id: FromPath[str],
        force: Annotated[bool, QueryParameter(description="Also delete its images, permanently.")] = False,  # noqa: FBT002 -- a query parameter
    ) -> None:
        """Delete a project.

        A project that holds images is deleted only with `force`, which deletes them too. This cannot be undone.
        """
        await projects.delete(platform, caller, project_id, force=force)

    @post("/{project_id:str}/images", operation_id="images.create", opt=LARGE)
    async def add_image(
        self,
        platform: Injected[Platform],
        caller: Injected[Caller],
        project_id: FromPath[str],
        form: FormBody[ImageForm],
    ) -> ImageOut:
        """Upload an image.

        Takes multipart/form-data. The image is decoded before it is accepted; for larger files, create an upload
        instead.
        """
        project = await projects.find(platform, caller, project_id)
        async with take_form(platform, caller.account_id):
            parts = await form.read(max_file_bytes=platform.settings.max_image_bytes)
            new = read_image(parts, platform.settings)
            return ImageOut.of(await images.add(platform, caller, project.id, new))

    @get("/{project_id:str}/images", operation_id="images.list")
    async def list_images(
        self,
        platform: Injected[Platform],
        caller: Injected[Caller],
        project_id: FromPath[str],
        cursor: Annotated[
            str | None, QueryParameter(description="Cursor: `next` of the previous page, with the same `sort`.")
        ] = None,
        sort: Annotated[Sort, QueryParameter(description="Order; a minus sorts in descending order.")] = "-created_at",
        filename: Annotated[
            str | None, QueryParameter(description="Only images whose file name contains this.")
        ] = None,
        metadata_key: Annotated[str | None, QueryParameter(description="Only images with this metadata key.")] = None,
        metadata_value: Annotated[
            str | None, QueryParameter(description="Only images where that key's value contains this.")
        ] = None,
        deleted: Annotated[bool, QueryParameter(description="List deleted images instead.")] = False,  # noqa: FBT002 -- a query parameter
        limit: Limit = 50,
    ) -> ImagePage:
        """List the images of a project.

        Images can be filtered by file name and metadata, sorted and paged.
        """
        search = Search(filename, metadata_key, metadata_value, deleted)
        after = cursors.read(cursor, sort)
        listing = await list_images(platform, caller, project_id, search, sort=sort, after=after, limit=limit + 1)
        page = paging.cut(listing.images, limit, lambda image: cursors.write(page_position(image, sort)))
        return ImagePage([ImageOut.of(image) for image in page.rows], listing.total, page.next)

    @get("/{project_id:str}/images/deletion-events", operation_id="images.list_deletion_events")
    async def deletion_events(
        self,
        platform: Injected[Platform],
        caller: Injected[Caller],
        project_id: FromPath[str],
        cursor: Cursor = None,
        limit: Limit = 50,
    ) -> ImageEventPage:
        """List the deletion events of a project.

        Returns which images were deleted, restored and purged, when and why, newest first.
        """
        records = await deletion.list_events(platform, caller, project_id, before=cursor, limit=limit + 1)
        page = paging.cut(records, limit, lambda event: str(event.id))
        return ImageEventPage([ImageEventOut.of(event) for event in page.rows], page.next)
