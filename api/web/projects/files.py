"""The page on which a project's annotations come in and go out as files."""

from typing import Any, TypeVar, get_args

from litestar import Controller, Response, get, post
from litestar.params import FromPath

from api.http.answers.problems import problem_of
from api.http.bodies.limits import LARGE
from api.http.dependencies import Injected
from api.web.file_chunks import chunks
from api.web.forms import Form
from api.web.page_request import PageRequest
from api.web.problems import MISTAKES
from shared import imports, jobs, projects, uploads
from shared.analyses.agreement.pairs import Side
from shared.exports.kinds.export_annotations import ExportAnnotations
from shared.exports.writing.formats import ExportFormat
from shared.imports import FIRST_VERSION, GROUND_TRUTH, ImportRequest
from shared.imports.reading.formats import FormatName
from shared.imports.reading.objects import ImportRole
from shared.kit.errors import Fault, InvalidInput, Problem

T = TypeVar("T", bound=str)

READ_FORMATS: dict[FormatName, str] = {
    "coco": "COCO or LVIS, JSON",
    "coco_results": "COCO results, JSON",
    "cvat": "CVAT for images, XML",
    "datumaro": "Datumaro, JSON",
    "dota": "DOTA, zip",
    "kitti": "KITTI, zip",
    "label_studio": "Label Studio, JSON",
    "labelme": "LabelMe, JSON or zip",
    "openimages": "Open Images, CSV or zip",
    "sagemaker": "SageMaker Ground Truth, manifest",
    "tensorflow_csv": "TensorFlow object detection, CSV",
    "via": "VGG Image Annotator, JSON or CSV",
    "voc": "Pascal VOC, XML or zip",
    "yolo": "YOLO, zip",
}

WRITTEN_FORMATS: dict[ExportFormat, str] = {
    "coco": "COCO, JSON",
    "coco_results": "COCO results, JSON",
    "voc": "Pascal VOC, zip",
    "yolo": "YOLO, zip",
    "yolo_obb": "YOLO with oriented boxes, zip",
    "dota": "DOTA with oriented boxes, zip",
}


class ProjectFilePages(Controller):
    """The page of a project's files, and its two forms."""

    path = "/app/projects/{project_id:str}/files"

    @get()
    async def read(self, page_request: Injected[PageRequest], project_id: FromPath[str]) -> Response[str]:
        """Show the forms."""
        return await _show(page_request, project_id)

    @post("/import", opt=LARGE)
    async def take(
        self, page_request: Injected[PageRequest], project_id: FromPath[str], form: Injected[Form]
    ) -> Response[Any]:
        """Import a file of annotations, and lead to its job."""
        platform, caller = page_request.platform, page_request.caller
        await projects.find(platform, caller, project_id)
        try:
            role: ImportRole = _one_of(form, "role", get_args(ImportRole))
            file_format: FormatName | None = (
                _one_of(form, "format", get_args(FormatName)) if form.text("format") else None
            )
            model = form.text("model_name", limit=255)
            if role == "predictions" and model is None:
                raise InvalidInput(Fault("/model_name", "Enter the name of the model whose predictions these are."))
            if form.file is None:
                raise InvalidInput(Fault("/file", "Choose a file of annotations."))
            upload = await uploads.store(platform, caller, form.file.filename, chunks(form.file))
            request = ImportRequest(
                upload_id=str(upload.id),
                format=file_format,
                role=role,
                model_name=model or GROUND_TRUTH,
                model_version=form.text("model_version", limit=100) or FIRST_VERSION,
                names={},
                callback_url=None,
            )
            snapshot = await imports.create(platform, caller, project_id, request)
        except MISTAKES as error:
            return await _show(page_request, project_id, problem_of(page_request.request, error), form.texts)
        return page_request.redirect(f"/app/jobs/{snapshot.job.id}")

    @post("/export")
    async def give(
        self, page_request: Injected[PageRequest], project_id: FromPath[str], form: Injected[Form]
    ) -> Response[Any]:
        """Export one side of the project, and lead to its job."""
        platform, caller = page_request.platform, page_request.caller
        await projects.find(platform, caller, project_id)
        try:
            model = form.text("export_model", limit=255)
            side = Side(model_name=model) if model is not None else Side(ground_truth=True)
            arguments = ExportAnnotations(
                project_id=project_id, side=side, format=_one_of(form, "export_format", get_args(ExportFormat))
            )
            snapshot = await jobs.submit(platform, await jobs.prepare(platform, caller, arguments))
        except MISTAKES as error:
            return await _show(page_request, project_id, problem_of(page_request.request, error), form.texts)
        return page_request.redirect(f"/app/jobs/{snapshot.job.id}")


def _one_of(form: Form, name: str, allowed: tuple[T, ...]) -> T:
    value = form.texts.get(name, "")
    for known in allowed:
        if value == known:
            return known
    raise InvalidInput(Fault(f"/{name}", f"{name}: choose one of {', '.join(allowed)}."))


async def _show(
    page_request: PageRequest, project_id: str, problem: Problem | None = None, texts: dict[str, str] | None = None
) -> Response[str]:
    project = await projects.find(page_request.platform, page_request.caller, project_id)
    return page_request.render(
        "projects/files.html",
        page_request.status(problem),
        project=project,
        read_formats=READ_FORMATS,
        written_formats=WRITTEN_FORMATS,
        problem=problem,
        texts=texts or {},
    )
