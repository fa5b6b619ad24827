"""Writing the annotations of a project into files of other programs."""

from typing import Annotated, Any

from msgspec import Meta

from shared.accounts import Caller
from shared.analyses.agreement.pairs import Id, Side
from shared.exports import selection
from shared.exports.writing.formats import ExportFormat
from shared.jobs import Arguments
from shared.kit.platform import Platform


class ExportAnnotations(Arguments, frozen=True, kw_only=True, tag="export_annotations"):
    """An export of one side of a project: makes the file, and `report.json` about what the format cannot say."""

    project_id: Annotated[Id, Meta(description="Id of the project.")]
    side: Annotated[Side, Meta(description="What is exported: ground truth, or the analyses of a model.")]
    format: Annotated[ExportFormat, Meta(description="Format of the file.")]
    detection_run_id: Annotated[
        Id | None,
        Meta(description="Id of a detection run of the project: the analyses that it judged; null for the newest."),
    ] = None

    async def prepare(self, platform: Platform, caller: Caller, _body: Any, /) -> bytes:
        """Choose the analyses; raises what `selection.choose` raises."""
        judged_by = self.detection_run_id
        return await selection.choose(platform, caller, self.project_id, self.side, self.format, judged_by)
