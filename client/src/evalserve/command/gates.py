"""The command that checks a run by a gate."""

import json
from collections.abc import Callable, Mapping
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import click

from evalserve.command import EXIT_UNDECIDED, EXIT_WORSE
from evalserve.command.exports import receipt_of, replace
from evalserve.command.terminal import Refused, client, prints

_target = click.Path(dir_okay=False, path_type=Path)
_POLICIES = {".json", ".yaml", ".yml"}
_FORMS: Mapping[str, Callable[[Any], bytes]] = {
    "junit": lambda check: check.junit().encode(),
    "badge": lambda check: check.badge().encode(),
    "receipt": receipt_of,
    "report": lambda check: check.report(),
}


@click.command()
@click.argument("policy")
@click.argument("candidate")
@click.option("--strict", is_flag=True, help=f"Exit with {EXIT_UNDECIDED} where the gate warns.")
@click.option("--markdown", type=_target, help="File to add the verdict to.")
@click.option("--junit", type=_target, help="File for the requirements as tests.")
@click.option("--badge", type=_target, help="File for an SVG image with the verdict.")
@click.option("--receipt", type=_target, help="File for the receipt.")
@click.option("--report", type=_target, help="File for the check as one HTML page.")
@prints
def gate(policy: str, candidate: str, *, strict: bool, markdown: Path | None, **files: Path | None) -> Any:
    """Check a run by a gate: POLICY is a file (YAML or JSON) with its rules, or the id or name of a gate.

    A file makes the gate of its `name`, or a new version where it has changed.
    """
    rules = _rules(Path(policy)) if Path(policy).suffix.lower() in _POLICIES else policy
    with client() as service:
        found = service.check(candidate, rules)
        if markdown is not None:
            with markdown.open("a", encoding="utf-8") as file:
                file.write(found.markdown())
        for name, path in files.items():
            if path is not None:
                replace(path, _FORMS[name](found))
    exit_code = {"pass": 0, "warn": EXIT_UNDECIDED * strict}.get(found.verdict, EXIT_WORSE)
    return found.data, repr(found), exit_code


def _rules(path: Path) -> dict[str, Any]:
    try:
        text = path.read_text(encoding="utf-8")
        rules = json.loads(text) if path.suffix.lower() == ".json" else _yaml(text, path)
        json.dumps(rules, allow_nan=False)
    except (OSError, ValueError, TypeError) as error:
        raise Refused(f"{path} cannot be read as a policy: {error}") from error
    if not isinstance(rules, dict):
        raise Refused(f"{path} holds no policy: write its fields, such as `name`, `baseline` and `metrics`.")
    return rules


def _yaml(text: str, path: Path) -> Any:
    if not find_spec("yaml"):
        raise Refused(f"{path} is YAML, which needs PyYAML: install it, or write the policy as JSON.")
    import yaml  # noqa: PLC0415 -- optional

    try:
        return yaml.safe_load(text)
    except yaml.YAMLError as error:
        raise Refused(f"{path} is not YAML: {error}") from error
