"""Renders the HTML pages: templates, stylesheet, and the policy that allows that one style and nothing else."""

import base64
import hashlib
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from shared.presentation import heatmap

_TEMPLATES = Path(__file__).parent / "templates"
_UNDEFINED = "undefined: division by zero or logarithm of zero"

_environment = Environment(
    loader=FileSystemLoader([_TEMPLATES, heatmap.TEMPLATES]),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)


class Style:
    """The stylesheets of a page, joined, with the policy that names their hash."""

    def __init__(self, *sheets: str) -> None:
        text = "".join((_TEMPLATES / sheet).read_text(encoding="utf-8") for sheet in sheets)
        digest = base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
        self.text = Markup(text)  # noqa: S704 - our own files
        self.policy = f"default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'"


def render_page(template: str, style: Style, **values: Any) -> bytes:
    """The template filled with the values, all of them escaped, as UTF-8."""
    page = _environment.get_template(template).render(
        policy=style.policy, style=style.text, undefined_title=_UNDEFINED, **values
    )
    return page.encode()
