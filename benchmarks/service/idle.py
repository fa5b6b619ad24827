"""What `make run` takes while nobody uses it, and how soon it starts.

Run it as `python -m benchmarks.service.idle [--root CHECKOUT]`.

Starts the service of a checkout twice on one folder of data, so that the second start finds everything there, and
prints for the second: the seconds until it was ready, by the clock and of the processor, and 45 s later the memory of
its processes by what they do, with what several share divided among them (`benchmarks.instruments.resident`): all of
it, the part that are pages of files and shared memory, what each has alone, and Linux's own shares (PSS), which are
smaller the more other programs use the same files. Then it kills one process after the other and prints how soon
another one is there.
"""

import argparse
import os
import signal
import tempfile
import time
from contextlib import suppress
from pathlib import Path

from benchmarks.instruments.builds import START_S, running
from benchmarks.instruments.resident import shares
from benchmarks.service.memory import KINDS, commands_below
from deploy.local.options import PROJECT

SETTLED_S = 45.0
COLUMNS = ("processes", "held", "of it files", "alone", "PSS")
TICKS_S = os.sysconf("SC_CLK_TCK")
# Of every process beside those that `memory` names.
OTHERS = {"leash.py": "leashes", "deploy.local": "supervisor"}
# Builds before they shared a process have the last three.
KILLED = {kind: KINDS[kind] for kind in ("loops", "courier", "thumbnailer", "dispatcher")}


def kind_of(command: str) -> str:
    """What a process is for, by its command."""
    # The process that forks the others names them.
    words = OTHERS if "leash.py" in command else OTHERS | {words: kind for kind, words in KINDS.items()}
    return next((kind for word, kind in words.items() if word in command), "others")


def processor_seconds(root: int) -> float:
    """The processor seconds of a process and all below it, with those of its children that have ended."""
    total = 0
    for pid, _ in commands_below(root):
        with suppress(OSError):
            fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
            total += sum(int(field) for field in fields[11:15])
    return total / TICKS_S


def footprint(root: int) -> dict[str, list[float]]:
    """The columns of the table for the processes of each kind below a process, in MiB but for their number."""
    commands = dict(commands_below(root))
    rows: dict[str, list[float]] = {}
    for pid, share in shares([*commands]).items():
        values = [1, share.all_mib, share.files_mib, share.alone_mib, share.pss_mib]
        kind = kind_of(commands[pid])
        rows[kind] = [sum(pair) for pair in zip(rows.get(kind, [0.0] * len(COLUMNS)), values, strict=True)]
    return rows


def restart_s(root: int, words: str) -> float:
    """Kill the program with these words in its command line; the seconds until another one has an event loop."""
    former = _looping(root, words)
    for pid in former:
        os.kill(pid, signal.SIGKILL)
    began = time.monotonic()
    while not _looping(root, words) - former:
        assert time.monotonic() - began < START_S, "it does not come back"
        time.sleep(0.01)
    return time.monotonic() - began


def _looping(root: int, words: str) -> set[int]:
    """The processes with these words in their command lines whose event loop is there, for which it opens sockets."""
    pids = {pid for pid, command in [*commands_below(root)] if words in command and "leash.py" not in command}
    return {pid for pid in pids if any("socket:" in link for link in _links(pid))}


def _links(pid: int) -> list[str]:
    with suppress(OSError):
        return [str(file.readlink()) for file in Path(f"/proc/{pid}/fd").iterdir()]
    return []


def show(rows: dict[str, list[float]]) -> None:
    """Print the table, the largest first."""
    print(f"| | {' | '.join(COLUMNS)} |\n| --- {'| ---: ' * len(COLUMNS)}|")
    total = [sum(column) for column in zip(*rows.values(), strict=True)]
    for kind, row in [*sorted(rows.items(), key=lambda item: -item[1][1]), ("all", total)]:
        print(f"| {kind} | {' | '.join(f'{value:.0f}' for value in row)} |", flush=True)


def main() -> None:
    """Measure one checkout."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--root", type=Path, default=PROJECT, help="another checkout, to compare with")
    parser.add_argument("--settled-s", type=float, default=SETTLED_S)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        data = Path(folder) / "data"
        with running(options.root, data):
            pass
        with running(options.root, data) as (root, _, ready_s):
            print(f"ready after {ready_s:.1f} s, {processor_seconds(root):.1f} s of the processor")
            time.sleep(options.settled_s)
            rows = footprint(root)
            show(rows)
            for kind, words in ((kind, words) for kind, words in KILLED.items() if kind in rows):
                print(f"{kind} is there again {restart_s(root, words):.2f} s after it was killed", flush=True)


if __name__ == "__main__":
    main()
