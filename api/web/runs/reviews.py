"""What the forms of matrices and curves hand to a run, so that its first rows are seen before anything is counted."""

from collections.abc import AsyncIterator
from typing import Any

from litestar import Response
from msgspec import UNSET

from api.web import table_process, tables
from api.web.file_chunks import chunks
from api.web.forms import Form
from api.web.notices import notice_cookies
from api.web.page_request import PageRequest
from api.web.runs.columns import HEADERS
from shared import runs, uploads
from shared.kit.errors import Fault, InvalidInput
from shared.predictions import Notice
from shared.runs.mapping import ColumnsIn
from shared.runs.records import RunDescription, RunSource


def is_wanted(form: Form) -> bool:
    """Whether the first rows are asked for."""
    return "review" in form.texts


async def of_labels(page_request: PageRequest, form: Form) -> Response[Any]:
    """Show the first rows of a file of labels, or of two pasted lists; raises InvalidInput."""
    data_set = form.text("data_set")
    description = RunDescription(
        name=form.text("name"),
        model_name=form.text("model_name"),
        model_version=form.text("model_version", limit=100),
        tags=form.words("tags"),
        notes=None if data_set is None else f"Data set: {data_set}",
    )
    if form.file is not None:
        header = HEADERS.get(form.texts.get("header", ""))
        columns = ColumnsIn(header=UNSET if header is None else header)
        return await _start(page_request, form.file.filename, chunks(form.file), columns, description)
    actual, predicted = (form.texts.get(name, "") for name in ("actual", "predicted"))
    packed, notices = await table_process.read(len(actual) + len(predicted), tables.pack_lists, actual, predicted)
    return await _start(page_request, "pasted lists", _once(packed), ColumnsIn(), description, notices)


async def of_scores(page_request: PageRequest, form: Form) -> Response[Any]:
    """Show the first rows of a file or of a pasted table of labels and scores; raises InvalidInput."""
    description = RunDescription(name=form.text("title"))
    if form.file is not None:
        return await _start(page_request, form.file.filename, chunks(form.file), ColumnsIn(), description)
    text = form.texts.get("text", "")
    if not text.strip():
        raise InvalidInput(Fault("/text", "Paste a table of labels and probabilities, or choose a file."))
    return await _start(page_request, "pasted table", _once(text.encode()), ColumnsIn(), description)


async def _start(
    page_request: PageRequest,
    filename: str,
    stream: AsyncIterator[bytes],
    columns: ColumnsIn,
    description: RunDescription,
    notices: list[Notice] | None = None,
) -> Response[Any]:
    platform, caller = page_request.platform, page_request.caller
    upload = await uploads.store(platform, caller, filename, stream)
    run = await runs.create(platform, caller, RunSource(upload, columns, is_review=True), description)
    page = f"/app/runs/{run.id}"
    page_request.set_cookies += notice_cookies(page_request.request, page, notices or [])
    return page_request.redirect(page)


async def _once(body: bytes) -> AsyncIterator[bytes]:
    yield body
