"""Uploads of images that are too large for the body of a request."""

from litestar import Controller
from litestar.params import FromPath

from api.http.bodies.json_bodies import Body
from api.http.dependencies import Injected
from api.http.routes import post
from api.projects.metadata import check
from api.projects.schemas import ImageOut, ImageUploadIn, ImageUploadOut
from shared.accounts import Caller
from shared.kit.platform import Platform
from shared.projects import uploads
from shared.projects.uploads import ImageAnnouncement


class ImageUploadController(Controller):
    """Images by presigned link: announce, PUT, finalize."""

    tags = ["projects"]

    @post("/api/projects/{project_id:str}/uploads", operation_id="images.uploads.create")
    async def announce(
        self,
        platform: Injected[Platform],
        caller: Injected[Caller],
        project_id: FromPath[str],
        file: Body[ImageUploadIn],
    ) -> ImageUploadOut:
        """Create an upload for a large image.

        PUT the bytes to `upload_url` with the given `headers`, then POST to `finalize_url`.
        """
        announcement = ImageAnnouncement(file.filename, file.content_type, file.size_bytes, check(file.metadata))
        upload, link = await uploads.announce(platform, caller, project_id, announcement)
        headers = {"Content-Type": upload.content_type, "Content-Length": str(upload.size_bytes)}
        return ImageUploadOut(
            upload.id, link.url, "PUT", headers, link.expires_at, f"/api/uploads/{upload.id}/finalize"
        )

    @post("/api/uploads/{upload_id:str}/finalize", operation_id="images.uploads.finalize", status_code=200)
    async def finalize(
        self, platform: Injected[Platform], caller: Injected[Caller], upload_id: FromPath[str]
    ) -> ImageOut:
        """Finalize an upload.

        Decodes the uploaded bytes and creates the image. Repeating the request returns the same image.
        """
        return ImageOut.of(await uploads.finalize(platform, caller, upload_id))
