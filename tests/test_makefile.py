"""What the targets of the Makefile run finds what it imports."""

import re

from tests.actors import ROOT

MAKEFILE = (ROOT / "Makefile").read_text()


def test_programs_that_use_the_client_are_told_where_it_is() -> None:
    recipes = re.findall(r"(?m)^(\w+):(?! export).*\n((?:\t.*\n)+)", MAKEFILE)
    programs = {target for target, recipe in recipes if re.search(r"-m (?:tests|benchmarks|deploy\.demo)\b", recipe)}

    assert programs == {"demo", "bench", "chaos", "away", "restarts", "siege", "screenshots"}
    assert set(re.findall(r"(?m)^(\w+): export PYTHONPATH = client/src$", MAKEFILE)) == programs
