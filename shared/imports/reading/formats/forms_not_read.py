"""Forms of programs whose other forms are read: what to export instead."""

import re
from collections.abc import Callable

from shared.imports.reading.files import InputFiles

_OF_SHORT_FORM = (b'"annotation_id"', b'"original_width"', b'"rectanglelabels"', b'"polygonlabels"')
# Of KITTI's tracking, readme.txt of its development kit: frame and track before the words of an object.
_TRACKED = re.compile(rb"\s*\d+[ \t]+-?\d+[ \t]+[A-Za-z_][\w.-]*([ \t]+[-+\d.eE]+){14,15}\s*?(\r?\n|$)")


def advice_for(files: InputFiles) -> str | None:
    """Return what to send instead of files that no format recognises; None if their program is not known."""
    return next((advice for is_such, advice in _FORMS if is_such(files)), None)


def _is_short_form(files: InputFiles) -> bool:
    head = b"" if files.is_archive else files.head(next(iter(files))).removeprefix(b"\xef\xbb\xbf").lstrip()
    return head.startswith(b"[") and any(name in head for name in _OF_SHORT_FORM)


def _is_tracking(files: InputFiles) -> bool:
    bodies = (files.head(name) for name in (files.ending_with(".txt") if files.is_archive else list(files)))
    first = next((body for body in bodies if body.strip()), b"")
    return _TRACKED.match(first) is not None


_FORMS: tuple[tuple[Callable[[InputFiles], bool], str], ...] = (
    (_is_short_form, "This looks like Label Studio's short form, JSON-MIN, which is not read; export its JSON."),
    (_is_tracking, "This is KITTI's form for tracking, which is not read; send a text of objects for each image."),
)
