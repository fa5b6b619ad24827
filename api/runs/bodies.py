"""The content of a new run: a form with a file, or JSON with rows or the id of an upload."""

from collections.abc import AsyncIterator
from typing import Annotated, Any, NamedTuple

import msgspec
from msgspec import Meta, Raw

from api.http.bodies import json_bodies
from api.http.bodies.decoding import decode
from api.http.bodies.json_bodies import Fields
from api.http.bodies.multipart import MultipartForm
from shared.kit.errors import Fault, InvalidInput
from shared.kit.json_keys import repeated_key
from shared.kit.names import ModelName, ModelVersion, Name
from shared.kit.settings import Settings
from shared.runs.joining.rules import Extra, Missing, TruthAsked
from shared.runs.mapping import ColumnsIn
from shared.runs.reading.json_files.file import records_as_file
from shared.runs.records import RunDescription
from shared.uploads.errors import UploadTooLarge

RunText = Annotated[Name, Meta(max_length=200)]
RunTags = Annotated[list[Annotated[Name, Meta(max_length=50)]], Meta(max_length=20)]
Notes = Annotated[str, Meta(max_length=10_000)]
ClassName = Annotated[str, Meta(min_length=1, max_length=500)]
Link = Annotated[str, Meta(max_length=2048)]

# More rows take longer to read as JSON than to send as a file.
MAX_RECORDS = 1_000_000

# One of the three, which hold the rows.
SOURCES = ("upload_id", "records", "data")


class RunDescriptionIn(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The description of a run."""

    name: Annotated[RunText | None, Meta(description="Name of the run; 1 to 200 characters.")] = None
    model_name: Annotated[ModelName | None, Meta(description="Name of the model; 1 to 255 characters.")] = None
    model_version: Annotated[ModelVersion | None, Meta(description="Version of the model; 1 to 100 characters.")] = None
    tags: Annotated[
        RunTags, Meta(description="Tags by which runs are found; up to 20, each of 1 to 50 characters.")
    ] = []
    notes: Annotated[Notes | None, Meta(description="Anything else; up to 10,000 characters.")] = None
    positive: Annotated[
        ClassName | None, Meta(description="Positive class, by its label; null for the usual one of two classes.")
    ] = None


DatasetId = Annotated[
    str | None,
    Meta(description="Id of a dataset with the actual labels, joined by sample id; null if the rows have them."),
]
TruthUploadId = Annotated[
    str | None,
    Meta(
        description="Id of a complete upload with the actual labels, joined by sample id; null if the rows have them."
    ),
]


class RunIn(RunDescriptionIn, frozen=True, kw_only=True):
    """A run to create from an upload or from rows; exactly one of `upload_id`, `records` and `data` is sent."""

    upload_id: Annotated[str | None, Meta(description="Id of a complete upload, which holds the rows.")] = None
    records: Annotated[
        list[dict[str, Any]] | None, Meta(description="A record for each sample: its fields are the columns.")
    ] = None
    data: Annotated[
        dict[str, list[Any]] | None, Meta(description="A list for each column, with a value for each sample.")
    ] = None
    columns: Annotated[ColumnsIn, Meta(description="What the columns are; inferred where not said.")] = ColumnsIn()
    review: Annotated[
        bool, Meta(description="Stop before anything is counted, to see the first rows and confirm the columns.")
    ] = False
    dataset_id: DatasetId = None
    truth_upload_id: TruthUploadId = None
    missing: Annotated[
        Missing | None,
        Meta(description="What becomes of actual labels without a prediction, if joined; null refuses."),
    ] = None
    extra: Annotated[
        Extra | None,
        Meta(description="What becomes of predictions without an actual label, if joined; null refuses."),
    ] = None
    callback_url: Annotated[
        Link | None, Meta(description="Address that is called when the file has been read; null for none.")
    ] = None


class RunForm(msgspec.Struct):
    """A run to create from a file, as multipart/form-data."""

    file: Annotated[
        str,
        Meta(
            extra_json_schema={"format": "binary"},
            description="The file: CSV, Parquet, Arrow, JSON Lines, JSON, ARFF or NPZ; gzip or zstd is unpacked.",
        ),
    ]
    name: Annotated[str, Meta(description="Name of the run; 1 to 200 characters.")] = ""
    model_name: Annotated[str, Meta(description="Name of the model; 1 to 255 characters.")] = ""
    model_version: Annotated[str, Meta(description="Version of the model; 1 to 100 characters.")] = ""
    tags: Annotated[str, Meta(description="A JSON list of tags as text.")] = "[]"
    notes: Annotated[str, Meta(description="Anything else; up to 10,000 characters.")] = ""
    positive: Annotated[str, Meta(description="Positive class, by its label.")] = ""
    columns: Annotated[str, Meta(description="A JSON object as text: what the columns are.")] = "{}"
    review: Annotated[
        str, Meta(description="`true` to stop before anything is counted, to see the first rows; default `false`.")
    ] = ""
    dataset_id: Annotated[str, Meta(description="Id of a dataset with the actual labels, joined by sample id.")] = ""
    truth_upload_id: Annotated[
        str, Meta(description="Id of a complete upload with the actual labels, joined by sample id.")
    ] = ""
    missing: Annotated[
        str, Meta(description="What becomes of actual labels without a prediction: `refuse` or `exclude`.")
    ] = ""
    extra: Annotated[
        str, Meta(description="What becomes of predictions without an actual label: `refuse` or `ignore`.")
    ] = ""
    callback_url: Annotated[str, Meta(description="Address that is called when the file has been read.")] = ""


class RunRequest(NamedTuple):
    """A request for a run: the id of an upload, or a file by name and bytes."""

    description: RunDescription
    columns: ColumnsIn
    truth: TruthAsked | None
    callback_url: str | None
    is_review: bool
    upload_id: str | None = None
    filename: str = "file"
    body: bytes = b""

    async def stream(self) -> AsyncIterator[bytes]:
        """Yield the bytes of the file."""
        yield self.body


class _Settings(RunDescriptionIn, frozen=True, kw_only=True):
    """The fields of a form beside the file, once their JSON is decoded."""

    columns: ColumnsIn = ColumnsIn()
    dataset_id: str | None = None
    truth_upload_id: str | None = None
    missing: Missing | None = None
    extra: Extra | None = None
    callback_url: Link | None = None
    review: bool = False


def read_form(form: MultipartForm, settings: Settings) -> RunRequest:
    """Read a form; raises InvalidInput, UploadTooLarge."""
    if "file" not in form.files:
        raise InvalidInput(Fault("/file", "file: this part is required and needs a file name."))
    part = form.files["file"]
    if part.body is None:
        detail = (
            f"The file is larger than {settings.max_body_bytes:,} bytes; announce it at /v1/uploads, and send its id."
        )
        raise UploadTooLarge(detail)
    members = {name: _member(name, text) for name, text in form.fields.items() if name != "api_key" and text}
    described = decode(msgspec.json.encode(members), _Settings)
    return RunRequest(*_described(described), filename=part.filename, body=part.body)


def read_json(members: Fields) -> RunRequest:
    """Read the members of a JSON body; raises InvalidInput. The rows are kept as they were sent."""
    plain = Fields({name: raw for name, raw in members.items() if name not in {"records", "data"}})
    sent = json_bodies.pick_known(plain, RunIn)
    large = json_bodies.large(members)
    sources = [name for name in SOURCES if name in large or (name in members and bytes(members[name]) != b"null")]
    if len(sources) != 1:
        raise InvalidInput(Fault("", "body: send exactly one of `upload_id`, `records` and `data`."))
    described = _described(sent)
    if sent.upload_id is not None:
        return RunRequest(*described, upload_id=sent.upload_id)
    if "data" in members:
        columns = json_bodies.pick(members, "data", dict[str, list[Raw]])
        _refuse_repeated_keys(members["data"], Fields(json_bodies.pick(members, "data", dict[str, Raw])), "/data")
        return RunRequest(*described, filename="data.json", body=msgspec.json.encode(columns))
    # Each as it was sent: in an object that was decoded, the first of two equal keys is lost.
    records = json_bodies.pick(members, "records", list[Raw], max_elements=MAX_RECORDS)
    lines = records_as_file(_record(raw, f"/records/{at}") for at, raw in enumerate(records))
    return RunRequest(*described, filename="records.jsonl", body=lines)


def _record(raw: Raw, pointer: str) -> bytes:
    _refuse_repeated_keys(raw, Fields(decode(raw, dict[str, Raw], pointer)), pointer)
    return bytes(raw)


def _refuse_repeated_keys(raw: Raw, members: Fields, pointer: str) -> None:
    if (key := repeated_key(bytes(raw), members)) is not None:
        detail = f"{pointer.strip('/').replace('/', '.')}: has the key “{key[:100]}” twice; send every key once."
        raise InvalidInput(Fault(pointer, detail))


def _described(sent: RunIn | _Settings) -> tuple[RunDescription, ColumnsIn, TruthAsked | None, str | None, bool]:
    fields = {name: getattr(sent, name) for name in RunDescription.__struct_fields__}
    return RunDescription(**fields), sent.columns, _truth(sent), sent.callback_url, sent.review


def _truth(sent: RunIn | _Settings) -> TruthAsked | None:
    if sent.dataset_id is not None and sent.truth_upload_id is not None:
        raise InvalidInput(Fault("/dataset_id", "dataset_id: send it or `truth_upload_id`, not both."))
    if sent.dataset_id is not None or sent.truth_upload_id is not None:
        return TruthAsked(sent.truth_upload_id, sent.dataset_id, sent.missing or "refuse", sent.extra or "refuse")
    for name in ("missing", "extra"):
        if getattr(sent, name) is not None:
            detail = f"{name}: goes with `dataset_id` or `truth_upload_id`, and neither was sent."
            raise InvalidInput(Fault(f"/{name}", detail))
    return None


def _member(name: str, text: str) -> Raw:
    if name in {"tags", "columns", "review"}:
        return Raw(text.encode())
    return Raw(msgspec.json.encode(text))
