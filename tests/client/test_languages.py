"""The programs of docs/languages.md say the same of the same files, in every language that is installed here."""

import asyncio
import os
import re
import shutil
import subprocess
from collections.abc import Sequence
from pathlib import Path

import pytest

from tests.actors import ROOT
from tests.client.conftest import Account

N = 300
# The first with `openAsBlob`.
NODE = 20
PROGRAMS = dict(
    re.findall(r"^```(\w+)\n(.*?)^```$", (ROOT / "docs/languages.md").read_text(), re.MULTILINE | re.DOTALL)
)
COMMANDS = {
    "sh": ("bash", "-s"),
    "js": ("node", "--input-type=module", "-"),
    "r": ("Rscript", "-"),
}
NEEDED = {"sh": ("bash", "curl", "jq"), "js": ("node",), "r": ("Rscript",)}

pytestmark = pytest.mark.timeout(300)


def write(path: Path, wrong: range) -> None:
    """Write predictions that are wrong in these rows, all of which are of one country."""
    rows = (
        f"m{at:03},{'spam' if at % 3 else 'ham'},{'spam' if (at % 3 > 0) != (at in wrong) else 'ham'},"
        f"{'FR' if at < N // 2 else 'DE'}\n"
        for at in range(N)
    )
    path.write_text("id,y_true,y_pred,country\n" + "".join(rows))


async def perform(command: Sequence[str], program: str, folder: Path, account: Account) -> tuple[int, str, str]:
    """Run a program as a reader does: exit code, and what it says."""
    environment = {"PATH": os.environ["PATH"], "EVALSERVE_URL": account.url, "EVALSERVE_KEY": account.key}
    done = await asyncio.to_thread(
        subprocess.run,
        command,
        input=program,
        cwd=folder,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
        timeout=200,
    )
    return done.returncode, done.stdout, done.stderr


def check_installed(language: str) -> None:
    """Skip the test where the language is not here."""
    missing = [name for name in NEEDED[language] if shutil.which(name) is None]
    if missing:
        pytest.skip(
            f"{', '.join(missing)} not installed, so that the program in {language} of docs/languages.md cannot run"
        )
    if language == "r":
        libraries = subprocess.run(["Rscript", "-e", "library(httr2)"], capture_output=True, check=False)
        if libraries.returncode:
            pytest.skip("R is here, but not its package httr2, so that the program in R cannot run")
    if language == "js":
        version = subprocess.run(["node", "--version"], capture_output=True, text=True, check=True).stdout
        if int(version[1:].partition(".")[0]) < NODE:
            pytest.skip(f"Node is {version.strip()}, and the program in JavaScript needs {NODE}")


@pytest.mark.parametrize("language", list(COMMANDS))
@pytest.mark.parametrize(
    ("wrong", "code", "verdicts"),
    [(31, 0, ["no_difference_shown", "pass"]), (90, 1, ["worse", "fail"])],
    ids=["alike", "worse"],
)
async def test_a_program_says_what_the_files_hold_and_exits_by_the_gate(
    account: Account, tmp_path: Path, language: str, wrong: int, code: int, verdicts: list[str]
) -> None:
    await asyncio.to_thread(check_installed, language)
    write(tmp_path / "main.csv", range(30))
    write(tmp_path / "candidate.csv", range(wrong))

    done, said, complaints = await perform(COMMANDS[language], PROGRAMS[language], tmp_path, account)

    assert (done, complaints) == (code, "")
    accuracy, weakest, first, second, *found = said.splitlines()
    assert found == verdicts
    assert re.fullmatch(rf"accuracy {1 - wrong / N:.3f}, 95 %: 0\.\d{{3}} to 0\.\d{{3}}", accuracy)
    assert (weakest, first, second) == (
        "weakest: country FR",
        "m000: ham, predicted spam",
        "m001: spam, predicted ham",
    )


@pytest.mark.parametrize("language", list(COMMANDS))
async def test_a_wrong_key_ends_a_program_with_an_error(account: Account, tmp_path: Path, language: str) -> None:
    await asyncio.to_thread(check_installed, language)
    write(tmp_path / "main.csv", range(30))

    done, said, complaints = await perform(
        COMMANDS[language], PROGRAMS[language], tmp_path, account._replace(key="wrong")
    )

    assert (done > 0, said, bool(complaints)) == (True, "", True)


def test_every_language_asks_the_same_routes() -> None:
    routes = {
        language: sorted(set(re.findall(r"/v1/(?:runs|comparisons|gates|checks)\b", program)))
        for language, program in PROGRAMS.items()
    }

    assert PROGRAMS.keys() == COMMANDS.keys()
    assert set(map(tuple, routes.values())) == {("/v1/checks", "/v1/comparisons", "/v1/gates", "/v1/runs")}
