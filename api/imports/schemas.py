"""Request bodies of imports."""

from typing import Annotated

import msgspec
from msgspec import Meta

from shared.imports import FIRST_VERSION, GROUND_TRUTH, ImportRequest
from shared.imports.reading.formats import FormatName
from shared.imports.reading.objects import ImportRole
from shared.kit.errors import Fault, InvalidInput
from shared.kit.names import ModelName, ModelVersion, Name

MAX_CATEGORIES = 10_000

CategoryId = Annotated[str, Meta(min_length=1, max_length=100)]
Link = Annotated[str, Meta(max_length=2048)]
CategoryName = Annotated[Name, Meta(max_length=255)]


class ImportModel(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The model of an import's analyses."""

    name: Annotated[ModelName, Meta(description="Name of the model; 1 to 255 characters.")]
    version: Annotated[ModelVersion, Meta(description="Version of the model; 1 to 100 characters.")] = FIRST_VERSION


class ImportIn(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A file of annotations to import."""

    upload_id: Annotated[str, Meta(max_length=36, description="Id of a complete upload: one file, or a zip archive.")]
    role: Annotated[ImportRole, Meta(description="`ground_truth`, or `predictions` of a model.")]
    format: Annotated[FormatName | None, Meta(description="Format of the file; null recognises it by its content.")] = (
        None
    )
    model: Annotated[
        ImportModel | None, Meta(description="The model; needed for predictions, null names ground truth so.")
    ] = None
    categories: Annotated[
        dict[CategoryId, CategoryName],
        Meta(
            max_length=MAX_CATEGORIES,
            description="Names of categories by their ids in the file, where the file or the project has others; "
            "up to 10,000.",
        ),
    ] = {}
    callback_url: Annotated[Link | None, Meta(description="Address that is called when the import has ended.")] = None

    def request(self) -> ImportRequest:
        """Return the request; raises InvalidInput for predictions of no model."""
        if self.role == "predictions" and self.model is None:
            raise InvalidInput(Fault("/model", "model: predictions need the name of their model."))
        model = self.model or ImportModel(name=GROUND_TRUTH)
        return ImportRequest(
            self.upload_id, self.format, self.role, model.name, model.version, self.categories, self.callback_url
        )
