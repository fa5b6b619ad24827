import re
from pathlib import Path

from api.http.answers.created_resource import PATHS

ROOT = Path(__file__).parents[5]


def test_everything_that_a_request_can_create_has_an_address() -> None:
    sources = [path.read_text() for path in (ROOT / "shared").rglob("*.py")]
    nouns = {noun for text in sources for noun in re.findall(r"note_created\(\"(\w+)\"", text)}

    assert nouns == set(PATHS)
