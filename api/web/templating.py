"""Renders templates: every text is escaped, and addresses of static files carry a hash of their content."""

import hashlib
from datetime import datetime
from functools import cache, lru_cache
from pathlib import Path
from typing import Any

import msgspec
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from api.static_files import STATIC
from api.web.open_forms import state_of
from shared.kit.number_format import (
    bytes_text,
    count_text,
    counted_text,
    p_value_text,
    percent_text,
    signed_text,
    value_text,
)
from shared.kit.plurals import form
from shared.presentation.labels import cut, label_text, plain_text
from shared.presentation.matrices import heatmap
from shared.presentation.matrices.cell_colours import TICK_TEXTS

_SHORT_COLUMNS = 40

_environment = Environment(
    loader=FileSystemLoader([Path(__file__).parent / "templates", heatmap.TEMPLATES]),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)


def render(template: str, **values: Any) -> str:
    """Render the template with the values."""
    return _environment.get_template(template).render(**values)


@cache
def asset(path: str) -> str:
    """Return the address of a static file; it changes with the content, so that browsers may cache it for ever."""
    digest = hashlib.sha256((STATIC / path).read_bytes()).hexdigest()
    return f"/static/{path}?{digest[:12]}"


def _when(moment: datetime | None) -> Markup:
    # A script converts it to the reader's time zone; without scripts the zone is named.
    if moment is None:
        return Markup("—")
    exact, text = moment.isoformat(timespec="seconds"), moment.strftime("%Y-%m-%d %H:%M UTC")
    return Markup('<time datetime="{}">{}</time>').format(exact, text)


def _number(value: float | None) -> str:
    return "—" if value is None else value_text(value)


def _p_value(value: float | None) -> str:
    return "—" if value is None else p_value_text(value)


def _difference(value: float | None) -> str:
    return "—" if value is None else signed_text(value)


def _percent(share: float | None) -> str:
    return "—" if share is None else f"{percent_text(share)} %"


def _json_text(value: Any) -> str:
    return value if isinstance(value, str) else msgspec.json.encode(value).decode()


# A page of a thousand annotations repeats the names of few classes.
@lru_cache(maxsize=2000)
def _short(text: str) -> str:
    return cut(plain_text(text), _SHORT_COLUMNS)


_environment.globals["asset"] = asset
_environment.globals["scale_ticks"] = TICK_TEXTS


def _folder(path: str) -> str:
    """Return the folder of pages that a path is in, such as /app/runs."""
    return "/".join(path.split("/")[:3])


def _px(value: float) -> str:
    """A length of an image to a tenth of a pixel."""
    return f"{value:.1f}".removesuffix(".0")


_environment.filters |= {
    "px": _px,
    "folder": _folder,
    "when": _when,
    "number": _number,
    "p_value": _p_value,
    "difference": _difference,
    "percent": _percent,
    "count": count_text,
    "counted": counted_text,
    "form": form,
    "bytes": bytes_text,
    "label": label_text,
    "plain": plain_text,
    "short": _short,
    "state": state_of,
    "json_text": _json_text,
}
