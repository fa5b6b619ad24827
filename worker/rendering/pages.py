"""Renders the HTML pages from templates."""

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from shared.presentation.matrices import heatmap
from shared.presentation.standalone import Style
from worker.rendering.piece_cache import PieceCache

TEMPLATES = Path(__file__).parent / "templates"
_UNDEFINED = "undefined: division by zero or logarithm of zero"

_INDENTATION = re.compile(r"^[ \t]+", re.MULTILINE)


class _FlatLoader(FileSystemLoader):
    """Loads templates without their indentation, a ninth of a small report; none of them holds `pre`."""

    def get_source(self, environment: Environment, template: str) -> tuple[str, str, Callable[[], bool]]:
        source, name, is_current = super().get_source(environment, template)
        return _INDENTATION.sub("", source), name, is_current


_environment = Environment(
    loader=_FlatLoader([TEMPLATES, heatmap.TEMPLATES]),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
    # They change with the program only: nobody has to look at the files for each page.
    auto_reload=False,
)
_environment.globals |= {"undefined_title": _UNDEFINED, "pieces": PieceCache(_environment)}


def render_page(template: str, style: Style, **values: Any) -> bytes:
    """The template filled with the values, all of them escaped, as UTF-8."""
    page = _environment.get_template(template).render(policy=style.policy, style=style.text, **values)
    return page.encode()
