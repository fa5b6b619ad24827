"""Bodies of the callbacks of pipelines."""

import re
from hashlib import sha256
from typing import Annotated, Any

import msgspec
from litestar import Request
from msgspec import Meta

from api.analyses.schemas import check_size
from api.http.bodies import compact, json_bodies
from shared.analyses.annotations import types
from shared.analyses.annotations.types import CheckedAnnotation
from shared.analyses.annotations.validation import Checker
from shared.analyses.artifact_names import is_artifact_name
from shared.analyses.callbacks.verbs import ArtifactAnnouncement
from shared.analyses.finishing import StatusChange
from shared.analyses.lifecycle import FINAL, AnalysisStatus, read_status
from shared.kit.errors import Fault, InvalidInput
from shared.kit.settings import Settings

MAX_ANNOUNCED_AT_ONCE = 100

_MEDIA_TYPE = re.compile(r"[\w.+-]{1,80}/[\w.+-]{1,80}(;[ \w.+=\"-]{1,80})?", re.ASCII)


class StatusIn(msgspec.Struct):
    """A status that an analysis moves to."""

    status: Annotated[str, Meta(description="`queued`, `processing`, `completed`, `failed` or `cancelled`.")]
    error_message: Annotated[
        str | None, Meta(description="Why the analysis failed; longer texts are cut at 10,000 characters.")
    ] = None


class FinalizeIn(msgspec.Struct):
    """The end of an analysis."""

    status: Annotated[str, Meta(description="`completed`, `failed` or `cancelled`.")] = AnalysisStatus.COMPLETED.value
    summary: Annotated[dict[str, Any] | None, Meta(description="Summary of the results; at most 64 KiB of JSON.")] = (
        None
    )
    error_message: Annotated[
        str | None, Meta(description="Why the analysis failed; longer texts are cut at 10,000 characters.")
    ] = None


class ArtifactIn(msgspec.Struct):
    """A file that the pipeline is going to upload."""

    artifact_name: Annotated[
        str, Meta(description="Name of the file: up to 200 letters, digits, dots, dashes and underscores.")
    ]
    content_type: Annotated[str, Meta(description="Media type of the file, such as image/png.")]
    size_bytes: Annotated[
        int | None, Meta(description="Size in bytes; if it is stated, only a file of this size is accepted.")
    ] = None
    no_overwrite: Annotated[bool, Meta(description="Accept one upload only.")] = False


class PresignIn(msgspec.Struct):
    """Files that the pipeline is going to upload."""

    artifacts: Annotated[list[ArtifactIn], Meta(description="1 to 100 files with different names.")]


class AnnotationIn(msgspec.Struct):
    """An annotation: what a model says of an image, or of an object in it; docs/annotations.md describes `data`."""

    annotation_type: Annotated[
        str, Meta(description="`bounding_box`, `segmentation`, `keypoint`, `classification` or `heatmap`.")
    ]
    class_name: Annotated[str, Meta(description="Class of the object; 1 to 255 characters.")]
    data: Annotated[
        dict[str, Any], Meta(description="Geometry or values of the annotation; its fields depend on the type.")
    ]
    confidence: Annotated[
        float | None, Meta(description="Confidence of the model, 0 to 1; null if it states none.")
    ] = None


class BulkIn(msgspec.Struct):
    """Annotations to store, all of them or none."""

    annotations: Annotated[
        list[AnnotationIn], Meta(description="Up to 10,000 annotations unless the operator chose another limit.")
    ]


def status_change(body: StatusIn) -> StatusChange:
    """Return the status change of a body; raises InvalidInput for an unknown status."""
    return StatusChange(_status(body.status), error_message=_message(body.error_message))


def end(body: FinalizeIn) -> StatusChange:
    """Return the final status change of a body; raises InvalidInput for a status that is not final."""
    status = _status(body.status)
    if status not in FINAL:
        ends = ", ".join(end for end in AnalysisStatus if end in FINAL)
        raise InvalidInput(Fault("/status", f"status: must be one of {ends}."))
    check_size(body.summary or {}, "summary")
    return StatusChange(status, body.summary, _message(body.error_message))


def announcements(body: PresignIn, settings: Settings) -> list[ArtifactAnnouncement]:
    """Return the announced files of a body; raises InvalidInput with every fault."""
    files = body.artifacts
    if not 1 <= len(files) <= MAX_ANNOUNCED_AT_ONCE:
        raise InvalidInput(Fault("/artifacts", f"artifacts: send 1 to {MAX_ANNOUNCED_AT_ONCE} files at once."))
    checker, names = Checker(), set[str]()
    for number, file in enumerate(files):
        pointer = f"/artifacts/{number}"
        if not is_artifact_name(file.artifact_name):
            message = "must be a file name of 1 to 200 letters, digits, dots, dashes and underscores"
            checker.note(f"{pointer}/artifact_name", message)
        elif file.artifact_name in names:
            checker.note(f"{pointer}/artifact_name", "another artifact of this request has the same name")
        if not _MEDIA_TYPE.fullmatch(file.content_type):
            checker.note(f"{pointer}/content_type", "expected a media type such as image/png")
        if file.size_bytes is not None and not 0 <= file.size_bytes <= settings.ml_max_artifact_bytes:
            message = f"must be a number of bytes, at most {settings.ml_max_artifact_bytes}"
            checker.note(f"{pointer}/size_bytes", message)
        names.add(file.artifact_name)
    checker.finish()
    return [
        ArtifactAnnouncement(file.artifact_name, file.content_type, file.size_bytes, file.no_overwrite)
        for file in files
    ]


async def read_annotations(
    request: Request[Any, Any, Any], members: json_bodies.Fields, settings: Settings
) -> tuple[list[CheckedAnnotation], bytes]:
    """Return the annotations of a body, and the digest that identifies the request."""
    key = request.headers.get("idempotency-key", "").encode()
    return await json_bodies.by_size(json_bodies.size(members), _read_annotations, members, key, settings)


def _read_annotations(
    members: json_bodies.Fields, key: bytes, settings: Settings
) -> tuple[list[CheckedAnnotation], bytes]:
    maximum = settings.ml_max_bulk_annotations
    digest = sha256(key + b"\0")
    if pieces := json_bodies.large(members).get("annotations"):
        digest.update(pieces.whole)
        items = compact.elements(pieces, "annotations", list[Any], maximum)
        return types.check(items, max_runs=settings.ml_max_mask_runs), digest.digest()
    sent = json_bodies.pick(members, "annotations", list[Any])
    if len(sent) > maximum:
        raise InvalidInput(Fault("/annotations", f"annotations: send at most {maximum} in one request."))
    digest.update(bytes(members["annotations"]))
    return types.check(sent, max_runs=settings.ml_max_mask_runs), digest.digest()


def _status(text: str) -> AnalysisStatus:
    if (status := read_status(text)) is None:
        raise InvalidInput(Fault("/status", f"status: expected one of {', '.join(AnalysisStatus)}."))
    return status


def _message(text: str | None) -> str | None:
    max_length = 10_000
    return text[:max_length] if text else None
