"""The command line: a line for people, JSON for programs, and an exit code for each kind of trouble."""

import asyncio
import json
import os
import stat
import subprocess
import sys
from pathlib import Path

import evalserve as evalserve_client
import pytest
from evalserve.command import terminal
from evalserve.command.commands import PAGES

from tests.client.conftest import Account

CSV = "image,label,guess,country\n007,spam,spam,DE\n008,ham,ham,DE\n009,ham,spam,FR\n"


async def evalserve(*arguments: str, typed: str = "", **environment: str) -> subprocess.CompletedProcess[str]:
    """Run the command as a user does."""
    command = [sys.executable, "-c", "from evalserve.command import main; main()", *arguments]
    settings = os.environ | {"PYTHONPATH": ":".join(sys.path)} | environment
    return await asyncio.to_thread(
        subprocess.run, command, env=settings, input=typed, capture_output=True, text=True, check=False
    )


@pytest.fixture
async def logged_in(account: Account) -> Account:
    """An account whose key is stored."""
    done = await evalserve("login", account.url, "--api-key", account.key)
    assert done.returncode == 0, done.stderr
    return account


@pytest.fixture
def predictions(tmp_path: Path) -> Path:
    """A file of predictions."""
    path = tmp_path / "predictions.csv"
    path.write_text(CSV)
    return path


async def test_the_key_is_stored_for_the_user_alone_and_only_if_it_is_right(account: Account, tmp_path: Path) -> None:
    wrong = await evalserve("login", account.url, "--api-key", "wrong-key-of-mine")
    path = tmp_path / "config/evalserve/login.json"
    was_stored = path.exists()
    right = await evalserve("login", f"{account.url}/", "--api-key", account.key)

    assert (wrong.returncode, was_stored) == (4, False)
    assert "wrong-key-of-mine" not in wrong.stderr + wrong.stdout
    assert right.returncode == 0
    assert account.key not in right.stdout + right.stderr
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert json.loads(path.read_text()) == {"url": account.url, "api_key": account.key}


async def test_a_stored_key_is_sent_to_no_other_service(logged_in: Account) -> None:
    done = await evalserve("runs", EVALSERVE_URL="http://127.0.0.1:9")

    assert logged_in.url
    assert done.returncode == 4
    assert "The API key is missing" in done.stderr


async def test_a_file_is_pushed_and_its_errors_and_slices_are_listed(logged_in: Account, predictions: Path) -> None:
    pushed = await evalserve("push", str(predictions), "--name", "v2", "--tag", "nightly", "--positive", "spam")
    shown, waited = await evalserve("show", "v2"), await evalserve("wait", "v2")
    listed = await evalserve("runs", "--json")
    errors, as_json = await evalserve("errors", "v2"), await evalserve("errors", "v2", "--json")
    slices = await evalserve("slices", "v2", "--column", "country")

    assert pushed.returncode == 0, pushed.stderr
    assert pushed.stderr == ""
    assert pushed.stdout.splitlines()[0] == "Run 'v2': 3 samples, 2 classes"
    assert pushed.stdout == shown.stdout == waited.stdout
    (run,) = json.loads(listed.stdout)
    assert (run["name"], run["tags"], run["rows"], run["status"]) == ("v2", ["nightly"], 3, "ready")
    assert errors.stdout.splitlines() == [
        "row  id   actual  predicted  confidence",
        "3    009  ham     spam       —",
    ]
    assert [row["metadata"] for row in json.loads(as_json.stdout)] == [{"country": "FR"}]
    header, worst, best = [line.split() for line in slices.stdout.splitlines()]
    assert header == ["column", "value", "support", "errors", "accuracy"]
    assert (worst, best) == (["country", "FR", "1", "1", "0.0000"], ["country", "DE", "2", "0", "1.0000"])
    assert logged_in.key not in pushed.stdout + listed.stdout + as_json.stdout


@pytest.mark.parametrize(
    ("arguments", "code", "sentence"),
    [
        (("push",), 2, "Missing argument 'FILE'"),
        (("push", "no-such-file.csv"), 2, "does not exist"),
        (("frobnicate",), 2, "No such command"),
        (("show", "no-such-run"), 5, "There is no run with the id or name 'no-such-run'."),
        (("runs", "--limit", "0"), 2, "not in the range"),
    ],
)
async def test_each_kind_of_trouble_has_its_exit_code(
    logged_in: Account, arguments: tuple[str, ...], code: int, sentence: str
) -> None:
    done = await evalserve(*arguments)

    assert logged_in.url
    assert (done.returncode, done.stdout) == (code, "")
    assert sentence in done.stderr


async def test_a_file_that_leaves_its_columns_open_is_refused_with_the_questions(
    logged_in: Account, tmp_path: Path
) -> None:
    path = tmp_path / "two.csv"
    path.write_text("a,b\nx,x\ny,x\n")
    refused = await evalserve("push", str(path))
    answered = await evalserve("push", str(path), "--y-true", "a", "--y-pred", "b")

    assert (refused.returncode, answered.returncode) == (5, 0)
    *_, remedy = refused.stderr.splitlines()
    before, _, after = remedy.partition(f"{logged_in.url}/app/runs/")
    assert before == (
        "Say it with --y-true, --y-pred, --y-score, --id, --slice, --positive or --header of `evalserve push`, "
        "or answer at "
    )
    assert len(after) == len("00000000-0000-0000-0000-000000000000.")


async def test_without_a_login_the_command_says_what_to_do(account: Account) -> None:
    done = await evalserve("runs")

    assert account.url
    assert done.returncode == 4
    assert "run `evalserve login`" in done.stderr


@pytest.fixture
def steering(tmp_path: Path) -> Path:
    """A file with an id that would clear the screen."""
    path = tmp_path / "steering.csv"
    path.write_text("image,label,guess\n\x1b[2Jx,spam,ham\n008,ham,spam\n")
    return path


async def test_ids_that_would_steer_the_terminal_are_escaped(logged_in: Account, steering: Path) -> None:
    pushed = await evalserve("push", str(steering), "--name", "steering")
    errors = await evalserve("errors", "steering")

    assert logged_in.url
    assert pushed.returncode == 0
    assert "\\x1b[2Jx" in errors.stdout
    assert "\x1b" not in pushed.stdout + errors.stdout


def test_a_file_may_be_called_as_markup_of_the_bar(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True)
    with terminal.progress_bar("[/red]\x1b[2J.csv") as progress:
        assert progress is not None
        progress(1, 2)

    assert "[/red]\\x1b[2J.csv" in capsys.readouterr().err


@pytest.fixture
async def compared(logged_in: Account, tmp_path: Path) -> Account:
    """An account with a baseline, a run like it and a worse one."""
    labels = ["spam" if number % 3 else "ham" for number in range(200)]
    for name, wrong in (("main", 20), ("alike", 21), ("worse", 80)):
        guesses = ["other" if number < wrong else label for number, label in enumerate(labels)]
        rows = (
            f"{at},{label},{guess},p{at % 20}\n" for at, (label, guess) in enumerate(zip(labels, guesses, strict=True))
        )
        (tmp_path / "p.csv").write_text("id,y_true,y_pred,site\n" + "".join(rows))
        pushed = await evalserve("push", str(tmp_path / "p.csv"), "--name", name)
        assert pushed.returncode == 0, pushed.stderr
    return logged_in


async def test_the_verdict_on_a_candidate_is_the_exit_code(compared: Account) -> None:
    asked = ("--metric", "accuracy")
    alike = await evalserve("compare", "alike", "main", *asked)
    strict = await evalserve("compare", "alike", "main", *asked, "--strict")
    within = await evalserve("compare", "alike", "main", *asked, "--margin", "0.05", "--strict", "--json")
    worse = await evalserve("compare", "worse", "main", *asked)
    by_patients = await evalserve("compare", "worse", "main", *asked, "--group", "site")
    missing = await evalserve("compare", "worse", "nothing", *asked)

    assert compared.url
    assert [done.returncode for done in (alike, strict, within, worse, by_patients, missing)] == [0, 3, 0, 1, 1, 5]
    assert "on 200 samples by “site”, 20 groups." in by_patients.stdout
    assert alike.stdout.splitlines()[-1] == "0 fixed, 1 broken, 20 wrong in both"
    assert json.loads(within.stdout)["verdict"] == "equivalent_within_margin"
    assert worse.stdout.startswith("The candidate is worse: ")
    assert missing.stderr == "Error: There is no other run with the id or name 'nothing'.\n"


async def test_a_run_is_exported_as_a_whole_file_or_not_at_all(
    logged_in: Account, predictions: Path, tmp_path: Path
) -> None:
    await evalserve("push", str(predictions), "--name", "v2")
    listed = await evalserve("export", "v2", "--format", "errors.csv")
    written = await evalserve("export", "v2", "-o", str(tmp_path / "v2.json"))
    (tmp_path / "link.json").symlink_to("linked.json")
    linked = await evalserve("export", "v2", "-o", str(tmp_path / "link.json"))
    piped = await evalserve("export", "v2", "-o", "/dev/stdout")
    nowhere = await evalserve("export", "v2", "-o", str(tmp_path / "no/v2.json"))
    # The size that a file may have stands for a full disk.
    limited = "import resource; resource.setrlimit(resource.RLIMIT_FSIZE, (100, 100))\n"
    program = f"{limited}from evalserve.command import main; main()"
    full = await asyncio.to_thread(
        subprocess.run,
        [sys.executable, "-c", program, "export", "v2", "-o", str(tmp_path / "v2.json")],
        env=os.environ | {"PYTHONPATH": ":".join(sys.path)},
        capture_output=True,
        text=True,
        check=False,
    )

    assert logged_in.url
    assert listed.stdout.splitlines()[1].startswith('3,"009","ham","spam"')
    assert written.stdout == f"Wrote {tmp_path / 'v2.json'}.\n"
    assert json.loads((tmp_path / "v2.json").read_text())["matrix"] == [[1, 1], [0, 1]]
    assert (linked.returncode, (tmp_path / "link.json").is_symlink()) == (0, True)
    assert (tmp_path / "linked.json").read_bytes() == (tmp_path / "v2.json").read_bytes()
    assert piped.stdout == (tmp_path / "v2.json").read_text() + "Wrote /dev/stdout.\n"
    assert (nowhere.returncode, full.returncode) == (5, 5)
    assert "File too large" in full.stderr
    assert [name for name in os.listdir(tmp_path) if name.startswith(".")] == []  # noqa: PTH208 -- blocks in no loop


async def test_a_page_opens_in_the_browser_of_the_user(logged_in: Account, tmp_path: Path) -> None:
    opened = tmp_path / "opened.txt"
    browser = tmp_path / "xdg-open"
    browser.write_text(f'#!/bin/sh\necho "$1" > {opened}\n')
    browser.chmod(0o755)
    done = await evalserve("open", "projects", PATH=f"{tmp_path}:{os.environ['PATH']}")

    assert done.returncode == 0, done.stderr
    assert opened.read_text() == f"{logged_in.url}/app/projects\n"
    async with evalserve_client.AsyncClient(logged_in.url, logged_in.key) as client:
        answers = {page: (await client.request("GET", f"/app/{page}")).status_code for page in PAGES}
    # Who is not signed in is led to the form; an unknown page is 404.
    assert set(answers.values()) == {303}, answers


async def test_shells_complete_the_commands() -> None:
    script = await evalserve("completion", "bash")
    offered = await evalserve(_EVALSERVE_COMPLETE="bash_complete", COMP_WORDS="evalserve com", COMP_CWORD="1")

    assert "_EVALSERVE_COMPLETE=bash_complete" in script.stdout
    assert offered.stdout.splitlines() == ["plain,compare", "plain,completion"]
