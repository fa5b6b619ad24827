"""Where the program steps around a library, docs/decisions/0016 says so, and a test watches over it."""

import re
import tomllib
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parents[1]
REGISTER = (ROOT / "docs/decisions/0016-register-of-by-passes.md").read_text()

ROWS = re.findall(r"^\| ([\w-]+): (.+?) \| `(.+?)` \| (.+?) \| `(.+?)::(\w+)` \|$", REGISTER, re.MULTILINE)
VERSIONS = dict(re.findall(r"^\| ([\w-]+) \| ([\d.]+) \|$", REGISTER, re.MULTILINE))

LOCKED = dict(re.findall(r"^([\w-]+)==([^ ;\\]+)", (ROOT / "requirements.lock").read_text(), re.MULTILINE))
REQUIRED = {
    canonicalize_name(requirement.name): requirement
    for requirement in map(Requirement, tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["dependencies"])
}


def test_every_row_of_the_register_is_read() -> None:
    (table,) = re.findall(r"\| by-pass of .+\n\| --- .+\n((?:\|.+\n)+)", REGISTER)

    assert len(ROWS) == len(table.splitlines())


@pytest.mark.parametrize(("place", "guard", "test"), [(row[2], row[4], row[5]) for row in ROWS])
def test_a_by_pass_is_where_the_register_says_and_has_its_guard(place: str, guard: str, test: str) -> None:
    assert (ROOT / place).is_file()
    assert re.search(rf"^(?:async )?def {test}\(", (ROOT / guard).read_text(), re.MULTILINE)


def test_every_library_that_is_stepped_around_has_a_verified_version() -> None:
    assert VERSIONS.keys() == {row[0] for row in ROWS}


@pytest.mark.parametrize(("library", "version"), VERSIONS.items())
def test_the_verified_version_is_the_locked_one_below_an_upper_bound(library: str, version: str) -> None:
    bounds = REQUIRED[canonicalize_name(library)].specifier

    assert LOCKED[library] == version
    assert bounds.contains(version)
    assert [bound for bound in bounds if bound.operator in {"<", "==", "~="}] != []
