"""Keeps the notices of what had to be assumed in reading a table until the next page."""

from collections.abc import Sequence

from litestar.datastructures import Cookie

from api.web import cookies
from api.web.page_request import HttpRequest, PageRequest
from shared.predictions import Notice

# Long enough to read the page; notices on a later visit would be confusing.
_NOTICES_MAX_AGE_S = 600


def notice_cookies(request: HttpRequest, path: str, notices: Sequence[Notice]) -> list[Cookie]:
    """Make the cookies that carry notices to the page at `path`, which is shown next; none without notices.

    Notices are not part of the address, so that a shared link to the page does not show them.
    """
    packed = "_".join(notice.pack() for notice in notices)
    return [cookies.for_page(request, "notices", packed, path, _NOTICES_MAX_AGE_S)] if packed else []


def read_notices(page_request: PageRequest) -> list[str]:
    """Return the sentences of the notices for this page."""
    notices = (Notice.unpack(text) for text in cookies.read_for_page(page_request.request, "notices").split("_"))
    return [notice.sentence for notice in notices if notice is not None]
