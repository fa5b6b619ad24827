"""Pages that are one file: their style is inside, and their policy lets nothing else be loaded."""

import base64
import hashlib
from collections.abc import Collection
from pathlib import Path

from markupsafe import Markup

from shared.presentation.matrices.cell_sheet import cell_sheet
from shared.presentation.matrices.heatmap import TEMPLATES

# Light, dark and printed; of the reports of matrices, runs and comparisons.
REPORT_SHEET = TEMPLATES / "report.css"


def read_sheets(*sheets: Path) -> str:
    """The texts of stylesheets, joined."""
    return "".join(sheet.read_text(encoding="utf-8") for sheet in sheets)


class Style:
    """The stylesheets of a page and that of cells, joined, with the policy that names their hash.

    Of the cells only the classes in `shades` are styled, if given.
    """

    def __init__(self, sheets: str, shades: Collection[str] | None = None) -> None:
        text = sheets + cell_sheet(shades)
        digest = base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
        self.text = Markup(text)  # noqa: S704 - our own files
        self.policy = f"default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'"
