"""Predictions in the forms of pages: what was read, and what had to be taken for granted."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from litestar.datastructures import Cookie

from api.web import cookies
from api.web.page_request import PageRequest, Sent
from shared.evaluation.inputs.errors import InvalidLabels
from shared.kit.errors import Fault, InvalidInput
from shared.predictions import Notice, UnreadablePredictions

# Long enough to read the page; what is told of an older matrix would puzzle who comes back to it.
_TOLD_FOR_S = 600
_TITLES = {
    "actual_vector": "the actual label",
    "predicted_vector": "the predicted label",
    "probability_vector": "the row of probabilities",
    "sample_weight": "the weight",
}


@contextmanager
def faults_of(field: str) -> Iterator[None]:
    """Turn what cannot be read into invalid input of a form's field."""
    try:
        yield
    except UnreadablePredictions as error:
        place = error.field or field
        raise InvalidInput(
            Fault(f"/{place}", f"{place}: {error.detail}" if place == "file" else error.detail)
        ) from error


@contextmanager
def at_lines(lines: Sequence[int], field: str) -> Iterator[None]:
    """Name the lines of a file, or of a list, where an evaluation names the places of a vector that nobody sent."""
    try:
        yield
    except InvalidLabels as error:
        if error.index is None or error.fault is None or error.index >= len(lines):
            raise
        title = _TITLES.get(error.vector, error.vector)
        detail = f"Line {lines[error.index]:,}: {title} {error.fault}."
        raise InvalidInput(Fault(f"/{field}", detail)) from error


def tell(request: Sent, path: str, notices: Sequence[Notice]) -> list[Cookie]:
    """What keeps notices for the page at `path`, which is shown next; nothing where there are none.

    They travel beside the address, so that a link to the page is the same whoever follows it.
    """
    packed = "_".join(notice.packed() for notice in notices)
    return [cookies.for_page(request, "notices", packed, path, _TOLD_FOR_S)] if packed else []


def told(page_request: PageRequest) -> list[str]:
    """The sentences that are kept for this page."""
    notices = (Notice.unpacked(text) for text in cookies.read_for_page(page_request.request, "notices").split("_"))
    return [notice.sentence for notice in notices if notice is not None]
