"""Reports as bytes and the headers that they are sent with."""

from pathlib import Path
from typing import Any

from litestar import Response

from api.web.templating import render
from shared.presentation.standalone import REPORT_SHEET, Style, read_sheets

_STYLE = Style(read_sheets(REPORT_SHEET, Path(__file__).parents[1] / "web/templates/reports/charts.css"))


def respond(template: str, name: str, **values: Any) -> Response[str]:
    """A report as a file: browsers that show it run nothing of it and give it no origin."""
    headers = {
        "Content-Security-Policy": f"sandbox; {_STYLE.policy}",
        "X-Content-Type-Options": "nosniff",
        "Cache-Control": "private, no-cache",
        "Content-Disposition": f'inline; filename="{name}.html"',
    }
    return Response(render(template, style=_STYLE, **values), media_type="text/html", headers=headers)
