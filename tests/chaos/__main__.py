"""`make chaos`: thousands of jobs, more than a hundred faults, fifty deaths at every crash point, and a table."""

import argparse
import asyncio
import json
import os
import platform
import secrets
import sys
import tempfile
from pathlib import Path

from deploy.local.stack import Stack
from tests.chaos.run import Plan, Report, environment_for, migrate, run

ROWS = {
    "accepted": "accepted (202)",
    "rows": "jobs there are, with those whose answer was cut off",
    "finished": "finished",
    "lost": "**lost**: accepted and not finished",
    "unfinished": "**unfinished** at the end",
    "finished_twice": "**finished twice**: more than one final state",
    "announced_twice": "**announced twice**: more than one event",
    "callbacks_missing": "**callbacks missing**",
    "callbacks_altered": "**callbacks with other bytes** than the first",
    "artifacts_absent": "**artifacts referenced but absent**",
    "objects_left": "**objects without a row** after the collection of orphans",
    "answered_500": "**answered 500**",
    "failed": "**failed** though nothing was wrong with them",
    "poison": "poison jobs, which kill their worker",
    "poison_given_up": "given up after three attempts",
    "callbacks_repeated": "callbacks sent again, the same bytes",
    "objects_without_row": "objects of dead attempts before that collection",
}


def show(report: Report) -> str:
    """Return the report as a table of Markdown."""
    plan, verdict = report.plan, report.verdict
    machine = f"{os.cpu_count()} cores, Python {platform.python_version()}"
    rest = (
        f"clients went on for {report.load_after_s:.0f} s after the last fault; then jobs were at rest after "
        f"{report.jobs_rest_s:.0f} s, callbacks after {report.callbacks_rest_s:.0f} s"
    )
    lines = [
        f"seed {plan.seed}, {machine}, {report.took_s:.0f} s; {rest}",
        "",
        "| | |",
        "| --- | ---: |",
        *(f"| {text} | {getattr(verdict, name)} |" for name, text in ROWS.items()),
        f"| answers cut off, tried again as new jobs | {report.unanswered} |",
        *(f"| refused with {status}, tried again | {count} |" for status, count in sorted(report.refused.items())),
        "",
        "| fault | times |",
        "| --- | ---: |",
        *(f"| {kind} | {count} |" for kind, count in sorted(report.done.items())),
        *(f"| died at `{point}` | {count} |" for point, count in report.crashes.items()),
        f"| all | {sum(report.done.values()) + sum(report.crashes.values())} |",
    ]
    return "\n".join(lines)


async def main() -> int:
    """Run chaos as the command line says; returns 1 if anything went wrong."""
    parser = argparse.ArgumentParser(prog="make chaos")
    parser.add_argument("--jobs", type=int, default=5000)
    parser.add_argument("--faults", type=int, default=120)
    parser.add_argument("--seed", type=int, default=secrets.randbelow(10**8))
    parser.add_argument("--over-s", type=float, default=900, help="the time that load and faults are spread over")
    parser.add_argument("--one-in", type=int, default=80, help="how many jobs there are to one death at a crash point")
    parser.add_argument("--poison", type=int, default=3)
    parser.add_argument("--rest-s", type=float, default=900, help="the longest time for everything to come to rest")
    parser.add_argument("--json", type=Path, help="where the report is kept as well")
    arguments = parser.parse_args()
    plan = Plan(
        arguments.jobs,
        arguments.faults,
        arguments.seed,
        arguments.over_s,
        arguments.one_in,
        4,
        arguments.poison,
        arguments.rest_s,
    )
    print(f"seed {plan.seed}", flush=True)
    inherited = {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}
    with tempfile.TemporaryDirectory() as name, Stack(Path(name) / "stack", durable=False) as stack:
        environment = environment_for(stack, inherited, Path(name), plan)
        await migrate(environment)
        report = await run(plan, stack, environment, Path(name))
    print(show(report))
    if arguments.json:
        arguments.json.write_text(json.dumps(report.as_json(), indent=1, default=str))
    return 1 if report.verdict.faults else 0


if __name__ == "__main__":
    sys.exit(asyncio.run(main()))
