"""Reading a file of annotations into a project."""

from typing import Annotated, ClassVar, Literal

from msgspec import Meta

from shared.imports.reading.formats import FormatName
from shared.jobs import Arguments


class ImportAnnotations(Arguments, frozen=True, kw_only=True, tag="import_annotations"):
    """Reading annotations into a project: makes analyses, images and `report.json`; its route submits it."""

    is_requested: ClassVar[bool] = False

    project_id: Annotated[str, Meta(description="Id of the project.")]
    upload_id: Annotated[str, Meta(description="Id of the upload.")]
    format: Annotated[FormatName | None, Meta(description="Format of the file; null if it is recognised.")]
    role: Annotated[
        Literal["ground_truth", "predictions"], Meta(description="Whether the annotations are ground truth.")
    ]
    model_name: Annotated[str, Meta(description="Name of the model, as of any analysis.")]
    model_version: Annotated[str, Meta(description="Version of the model, as of any analysis.")]
    names: Annotated[dict[str, str], Meta(description="Names of categories by their ids in the file.")]
