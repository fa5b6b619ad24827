"""Lines of YOLO with a confidence and the number of a track, as trackers write them."""

from pathlib import Path

import pytest

from tests.unit.shared.imports.test_formats import archive, planned

SAID = "1 line with six numbers was read as an outline of three points; leave out the confidence and the number of the "
SAID += "track if they are boxes."
TRACK, BOX = "0 0.5 0.5 0.2 0.2 0.9 1\n", "0 0.5 0.5 0.2 0.2\n"


def notices(tmp_path: Path, lines: str) -> list[str]:
    body = archive(data_dot_yaml=b"names: [car]", labels__street_dot_txt=lines.encode())
    return list(planned(tmp_path, body).report.notices)


@pytest.mark.parametrize("lines", [TRACK, BOX + TRACK])
def test_a_line_that_may_be_a_box_of_a_track_is_told_of(tmp_path: Path, lines: str) -> None:
    assert SAID in notices(tmp_path, lines)


@pytest.mark.parametrize(
    "lines",
    [BOX, "0 0.5 0.5 0.2 0.2 0.9 0.8\n", TRACK + "0 0.5 0.5 0.2 0.2 0.9 0.8\n", TRACK + "0 0 0 1 0 1 1 0 1\n"],
)
def test_outlines_are_outlines(tmp_path: Path, lines: str) -> None:
    assert SAID not in notices(tmp_path, lines)
