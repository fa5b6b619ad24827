"""The documentation says what the program does."""

import importlib
import pkgutil
import re
from pathlib import Path

import api
import shared
from api.compat.calculators.docs_page import page
from api.openapi_file import as_file
from shared.kit.errors import kinds
from shared.kit.event_totals import CountedEvent
from shared.webhooks import events

ROOT = Path(__file__).parents[1]


def test_every_problem_is_explained_with_the_message_that_it_comes_with() -> None:
    for package in (api, shared):
        for module in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
            if "migrations" not in module.name:
                importlib.import_module(module.name)
    rows = re.findall(r"^\| `([a-z-]+)` \| (\d{3}) \| (.+?) \|", (ROOT / "docs/problems.md").read_text(), re.MULTILINE)

    explained = {(code, int(status), detail) for code, status, detail in rows}
    raised = {(error.code, int(error.status), (error.__doc__ or "").strip()) for error in kinds()}
    assert raised <= explained
    assert {code for code, _, _ in explained - raised} == {
        "bad-request",
        "internal-server-error",
        "method-not-allowed",
        "not-found",
        "request-entity-too-large",
    }


def test_every_webhook_event_is_listed_with_when_it_is_sent() -> None:
    rows = re.findall(r"^\| (`[a-z]+\.[^|]+) \|", (ROOT / "docs/webhooks.md").read_text(), re.MULTILINE)

    assert re.findall(r"`([a-z.]+)`", " ".join(rows)) == [*events.EVENT_TYPES, events.TEST]


def test_the_page_of_the_calculators_is_what_their_tables_make() -> None:
    assert (ROOT / "docs/calculators.md").read_text() == page()


def test_the_kept_openapi_document_is_the_one_that_the_service_publishes() -> None:
    assert (ROOT / "docs/openapi.json").read_text() == as_file()


def test_every_decision_has_its_context_its_decision_and_what_it_costs() -> None:
    decisions = sorted((ROOT / "docs/decisions").glob("*.md"))

    assert [int(path.name[:4]) for path in decisions] == list(range(1, len(decisions) + 1))
    for path in decisions:
        assert re.findall(r"^\*\*(\w+)\.\*\*", path.read_text(), re.MULTILINE) == [
            "Context",
            "Decision",
            "Consequences",
        ]


def test_every_file_and_folder_that_a_document_names_is_there() -> None:
    for document in [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *(ROOT / "docs").rglob("*.md")]:
        text = document.read_text()
        links = re.findall(r"\]\((?!https?:)([^)#]+)\)", text)
        assert [link for link in links if not (document.parent / link).exists()] == []
        names = re.findall(r"`((?:api|worker|shared|deploy|tests|docs)/[\w./-]+?)`", text)
        assert [name for name in names if "X" not in name and not (ROOT / name).exists()] == []


def test_the_runbook_speaks_of_figures_that_there_are_and_links_to_its_own_chapters() -> None:
    text = (ROOT / "docs/runbook.md").read_text()
    source = "".join(
        (ROOT / "api" / path).read_text() for path in ("operations/metrics.py", "http/request_counters.py")
    )
    known = set(re.findall(r'"(?:evalserve_)?([a-z_0-9]+)"', source)) | {event.value for event in CountedEvent}

    named = {
        name.removesuffix("_total").removesuffix("_bucket") for name in re.findall(r"evalserve_([a-z_0-9]+)", text)
    }
    headings = {heading.lower().replace(" ", "-") for heading in re.findall(r"(?m)^#+ (.*)$", text)}

    assert {name for name in named if name not in known and name != "http_"} == set()
    assert set(re.findall(r"\]\(#([\w-]+)\)", text)) <= headings
