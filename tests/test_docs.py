"""The documentation says what the program does."""

import importlib
import json
import pkgutil
import re
from pathlib import Path

import pytest
from litestar.routes import HTTPRoute

import api
import shared
from api.app import create_app
from api.compat.calculators.docs_page import page
from api.endpoints_page import endpoints_page
from api.openapi_file import as_file
from api.signatures import PATHS
from shared.kit.database.event_totals import CountedEvent
from shared.kit.errors import kinds
from shared.kit.settings import Settings
from shared.webhooks import events

ROOT = Path(__file__).parents[1]

_ESSENTIAL_WORDS = (
    "account, analysis, annotation, artifact, attempt, baseline, cached result, caller, candidate, claim, courier, "
    "dataset, delivery, dependencies, dispatcher, endpoint, event, fingerprint, ground truth, handler, heartbeat, "
    "image, job, key, kind, lease, matrix, meter, metric, pipeline, plan, prediction, project, ranked models, "
    "rate limiter, request, run, signer, slice, support, transaction hook, trusted proxy, upload, waiter"
)


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
    }


def test_every_webhook_event_is_listed_with_when_it_is_sent() -> None:
    rows = re.findall(r"^\| (`[a-z]+\.[^|]+) \|", (ROOT / "docs/webhooks.md").read_text(), re.MULTILINE)

    assert re.findall(r"`([a-z.]+)`", " ".join(rows)) == [*events.EVENT_TYPES, events.TEST]


def test_the_page_of_the_calculators_is_what_their_tables_make() -> None:
    assert (ROOT / "docs/calculators.md").read_text() == page()


def test_the_kept_openapi_document_is_the_one_that_the_service_publishes() -> None:
    assert (ROOT / "docs/openapi.json").read_text() == as_file()


def test_every_picture_is_shown_by_a_document() -> None:
    texts = "".join(path.read_text() for path in [ROOT / "README.md", *ROOT.glob("docs/*.md")])
    shown = set(re.findall(r"pictures/([\w.-]+)", texts))

    assert {path.name for path in (ROOT / "docs/pictures").iterdir()} == shown


def test_the_page_of_endpoints_lists_those_of_the_openapi_document() -> None:
    document = json.loads((ROOT / "docs/openapi.json").read_text())

    assert (ROOT / "docs/endpoints.md").read_text() == endpoints_page(document)


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


def test_every_finding_is_listed_and_pins_what_it_installs() -> None:
    scripts = sorted((ROOT / "findings").glob("*.sh"))
    listed = re.findall(r"^\| \[(\w+)\]\(\1\.sh\)", (ROOT / "findings/README.md").read_text(), re.MULTILINE)

    assert listed == [path.stem for path in scripts]
    for path in scripts:
        head, _, program = path.read_text().partition("\nset -eu\n")
        labels = re.findall(r"^# ([A-Z]\w+)(?=:| \()", head, re.MULTILINE)
        assert labels == ["Guess", "Seen", "Versions", "Hurts", "Instead", "Output"], path.name
        (packages,) = re.findall(r"pip\" install .*\\\n(.+)", program)
        assert [package for package in packages.split() if "==" not in package] == []
        assert path.stat().st_mode & 0o100


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


@pytest.fixture(scope="module")
def operations() -> set[str]:
    """Every operation of the application, documented or not, as `METHOD /path`."""
    settings = Settings.model_validate(
        dict.fromkeys(("database_url", "redis_url", "s3_access_key_id", "s3_secret_access_key"), "unused")
        | {"s3_endpoint_url": "http://127.0.0.1:9", "secret_key": "s" * 32}
    )
    return {
        f"{method} {route.path_format}"
        for route in create_app(settings).routes
        if isinstance(route, HTTPRoute)
        for handler in route.route_handlers
        for method in handler.http_methods - {"OPTIONS", "HEAD"}
    }


def test_the_page_on_compatibility_names_every_route_that_is_not_only_ours(operations: set[str]) -> None:
    text = " ".join((ROOT / "docs/compatibility.md").read_text().split())
    named = set(re.findall(r"`((?:GET|POST|PUT|PATCH|DELETE) /[^`]*)`", text))
    prefixes = ("/v1/", "/api/", "/app", "/static/", "/internal/")

    assert named <= operations
    assert {operation for operation in operations if not operation.split()[1].startswith(prefixes)} <= named
    assert {
        operation for operation in operations if re.match(r"GET /v1/(confusion|diagnostic|fbeta|meta)$", operation)
    } < named
    assert {operation for operation in operations if PATHS.fullmatch(operation.split()[1])} < named


def test_the_page_on_limits_has_the_defaults_of_the_settings() -> None:
    rows = re.findall(r"^\| .+? \| (.+?) \| `([A-Z_]+)` \|$", (ROOT / "docs/limits.md").read_text(), re.MULTILINE)
    units = {"_bytes": (2**20, " MiB"), "_s": (1, " s"), "_days": (1, " days"), "_hours": (1, " h"), "": (1, "")}
    defaults = {}
    for name in Settings.model_fields:
        divisor, unit = next(units[suffix] for suffix in units if name.endswith(suffix))
        default = Settings.model_fields[name].default
        defaults[name.upper()] = f"{default / divisor:,.12g}{unit}" if isinstance(default, int | float) else None

    assert [(value, name) for value, name in rows if defaults[name] != value] == []
    limits = {name for name in defaults if re.search("MAX_|_RETENTION_|_LIFETIME_|_LIMIT_", name)}
    assert limits <= {name for _, name in rows}


def test_the_index_leads_to_every_document() -> None:
    text = (ROOT / "docs/index.md").read_text()

    assert [path.name for path in (ROOT / "docs").glob("*.md") if f"({path.name})" not in text] == ["index.md"]
    assert re.findall(r"^## For (\w+)$", text, re.MULTILINE) == ["users", "operators", "authors"]


def test_the_glossary_is_sorted_and_explains_a_word_once() -> None:
    _, _, glossary = (ROOT / "docs/architecture.md").read_text().partition("\n## Words\n")
    words = re.findall(r"^\| ([a-z ]+) \| .+ \|$", glossary, re.MULTILINE)[1:]

    assert words == sorted(set(words))
    # What a reader of the code meets on every page of it.
    assert set(_ESSENTIAL_WORDS.split(", ")) <= set(words)
