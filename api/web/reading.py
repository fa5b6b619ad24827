"""Reads predictions from the forms of pages, and keeps the notices of what had to be assumed."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from litestar.datastructures import Cookie

from api.web import cookies
from api.web.page_request import HttpRequest, PageRequest
from shared.evaluation.inputs.errors import InvalidLabels
from shared.kit.errors import Fault, InvalidInput
from shared.predictions import Notice, UnreadablePredictions

# Long enough to read the page; notices on a later visit would be confusing.
_NOTICES_MAX_AGE_S = 600
_TITLES = {
    "actual_vector": "the actual label",
    "predicted_vector": "the predicted label",
    "probability_vector": "the row of probabilities",
    "sample_weight": "the weight",
}


@contextmanager
def faults_of(field: str) -> Iterator[None]:
    """Turn unreadable predictions into invalid input of a form's field."""
    try:
        yield
    except UnreadablePredictions as error:
        name = error.field or field
        raise InvalidInput(Fault(f"/{name}", f"{name}: {error.detail}" if name == "file" else error.detail)) from error


@contextmanager
def at_lines(lines: Sequence[int], field: str) -> Iterator[None]:
    """Turn a position in a vector, which the user did not send, into the line of the file or list."""
    try:
        yield
    except InvalidLabels as error:
        if error.index is None or error.fault is None or error.index >= len(lines):
            raise
        title = _TITLES.get(error.vector, error.vector)
        detail = f"Line {lines[error.index]:,}: {title} {error.fault}."
        raise InvalidInput(Fault(f"/{field}", detail)) from error


def notice_cookies(request: HttpRequest, path: str, notices: Sequence[Notice]) -> list[Cookie]:
    """Make the cookies that carry notices to the page at `path`, which is shown next; none without notices.

    Notices are not part of the address, so that a shared link to the page does not show them.
    """
    packed = "_".join(notice.packed() for notice in notices)
    return [cookies.for_page(request, "notices", packed, path, _NOTICES_MAX_AGE_S)] if packed else []


def read_notices(page_request: PageRequest) -> list[str]:
    """Return the sentences of the notices for this page."""
    notices = (Notice.unpacked(text) for text in cookies.read_for_page(page_request.request, "notices").split("_"))
    return [notice.sentence for notice in notices if notice is not None]
