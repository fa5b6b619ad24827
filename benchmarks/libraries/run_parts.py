"""A large file of a run in one piece, and in parts by one worker process and by two.

Run it as `python -m benchmarks.libraries.run_parts --rows 10000000`. Each process has one processor to itself, one
thread to compute with, no storage or database beside it, and does its step twice, of which the second time counts.
Pairs alternate; the best of the rounds counts. What a processor did is measured besides the time on the clock, as
others may keep it busy: for several processes at once, what the longest of them did.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import NamedTuple

import msgspec
import pyarrow as pa

from benchmarks.libraries.runs import AS_DEPLOYED, LIMITS, MAPPED, ROUNDS, peak_mib, write
from shared.kit.settings.uploads import UploadSettings
from shared.runs import objects
from shared.runs.ingest.file_to_run import count, inspect
from shared.runs.ingest.reading_rows import RowReader
from shared.runs.parts import tallies
from shared.runs.parts.merging import CountedPart, merge
from shared.runs.parts.plans import PartPlan, PartSizes, kinds_of, plan_parts, table_of
from shared.runs.rows import top_rows

STEPS = ("whole", "cut", "parts", "merge")


class Step(NamedTuple):
    """What a process did: seconds on the clock, seconds of its processor, and its peak of memory in MiB."""

    wall_s: float
    cpu_s: float
    peak: float


def sizes() -> PartSizes:
    """The sizes of parts as the service has them."""
    settings = UploadSettings()
    return PartSizes(settings.run_part_rows, settings.run_part_bytes)


def perform(step: str, path: Path, folder: Path, places: list[int]) -> None:
    """Do one step of an ingest."""
    if step == "whole":
        made = count(inspect(path, folder, MAPPED, LIMITS), folder, LIMITS, lambda _: None)
        top_rows.files(str(folder / objects.ROWS), folder, made.finished.summary, [made.candidates])
        return
    if step == "cut":
        plan = plan_parts(inspect(path, folder, MAPPED, LIMITS), path, sizes(), [])
        assert plan is not None, "the file is larger than a part"
        (folder / "plan").write_bytes(msgspec.msgpack.encode(plan))
        return
    plan = msgspec.msgpack.decode((folder / "plan").read_bytes(), type=PartPlan)
    if step == "parts":
        for place in places:
            _read_part(plan, place, path, folder)
        return
    counted = [_counted(place, folder) for place in range(len(plan.spans))]
    rows = [folder / part.name for part in counted]
    summary = merge(plan, counted, rows, LIMITS.max_classes).finished.summary
    top_rows.files(rows, folder, summary, [part.candidates for part in counted])


def _read_part(plan: PartPlan, place: int, path: Path, folder: Path) -> None:
    own, ranges = folder / f"part-{place}", plan.ranges(place)
    offset = 0 if plan.has_places else ranges[0][0]
    with path.open("rb") as whole, own.open("wb") as file:
        for start, stop in ranges:
            whole.seek(start)
            file.seek(start - offset)
            file.write(whole.read(stop - start))
    table = table_of(plan, place, own)
    reader = RowReader(table, plan.assignment, max_classes=LIMITS.max_classes)
    rows = folder / objects.piece_of(place, 1)
    reader.read(rows, lambda _: None)
    (folder / objects.tally_of(place, 1)).write_bytes(
        tallies.packed(reader.tally, reader.score_types, reader.candidates.packed(), kinds_of(table))
    )
    own.unlink()


def _counted(place: int, folder: Path) -> CountedPart:
    tally, score_types, candidates, kinds = tallies.unpacked((folder / objects.tally_of(place, 1)).read_bytes())
    name = objects.piece_of(place, 1)
    return CountedPart(place, tally, score_types, name, (folder / name).stat().st_size, candidates, kinds)


def start(step: str, path: Path, folder: Path, places: list[int], processor: int) -> "subprocess.Popen[bytes]":
    """Start a step as a process of its own."""
    command = [sys.executable, "-m", "benchmarks.libraries.run_parts", "--step", step, "--file", str(path)]
    command += ["--folder", str(folder), "--processor", str(processor), "--places", *map(str, places)]
    return subprocess.Popen(command, stdout=subprocess.PIPE, env={**AS_DEPLOYED, **os.environ})


def finish(process: "subprocess.Popen[bytes]") -> Step:
    """Wait for a step, and return what it took without its imports."""
    printed, _ = process.communicate()
    assert process.returncode == 0, "a step failed"
    return Step(*json.loads(printed.splitlines()[-1]))


def one(step: str, path: Path, folder: Path, places: list[int], processor: int) -> None:
    """Do a step on one processor, and print what it took."""
    os.sched_setaffinity(0, {processor})
    pa.set_cpu_count(1)
    # A worker has read other files before, and has the memory for them.
    perform(step, path, folder, places)
    began, cpu = time.perf_counter(), time.process_time()
    perform(step, path, folder, places)
    print(json.dumps([time.perf_counter() - began, time.process_time() - cpu, peak_mib()]))


def in_parts(path: Path, workers: int, processors: list[int]) -> tuple[float, float, float]:
    """Read a file by so many workers; returns the time by clock and by processor on the longest way, and the peak."""
    with tempfile.TemporaryDirectory(dir=path.parent) as name:
        folder = Path(name)
        cut = finish(start("cut", path, folder, [], processors[0]))
        places = range(len(msgspec.msgpack.decode((folder / "plan").read_bytes(), type=PartPlan).spans))
        running = [
            start("parts", path, folder, list(places[at::workers]), processors[at % len(processors)])
            for at in range(workers)
        ]
        parts = [finish(process) for process in running]
        merged = finish(start("merge", path, folder, [], processors[0]))
    walls = [cut.wall_s, max(part.wall_s for part in parts), merged.wall_s]
    cpus = [cut.cpu_s, max(part.cpu_s for part in parts), merged.cpu_s]
    peak = max(step.peak for step in (cut, *parts, merged))
    print(f"  {workers}: cut, parts, merge: {', '.join(f'{value:.2f}' for value in cpus)} s of processors", flush=True)
    return sum(walls), sum(cpus), peak


def in_one_piece(path: Path, processors: list[int]) -> tuple[float, float, float]:
    """Read a file by one process; as `in_parts`."""
    with tempfile.TemporaryDirectory(dir=path.parent) as name:
        return finish(start("whole", path, Path(name), [], processors[0]))


def main() -> None:
    """Measure."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, nargs="+", default=[10_000_000])
    parser.add_argument("--rounds", type=int, default=ROUNDS)
    parser.add_argument("--formats", nargs="+", default=["parquet", "csv"])
    parser.add_argument("--step", choices=STEPS)
    parser.add_argument("--file", type=Path)
    parser.add_argument("--folder", type=Path)
    parser.add_argument("--places", type=int, nargs="*", default=[])
    parser.add_argument("--processor", type=int, default=0)
    arguments = parser.parse_args()
    if arguments.step:
        one(arguments.step, arguments.file, arguments.folder, arguments.places, arguments.processor)
        return
    processors = sorted(os.sched_getaffinity(0))
    for rows in arguments.rows:
        with tempfile.TemporaryDirectory() as name:
            write(Path(name), rows, arguments.formats)
            for suffix in arguments.formats:
                path = Path(name) / f"x.{suffix}"
                rounds = [
                    (in_one_piece(path, processors), in_parts(path, 1, processors), in_parts(path, 2, processors))
                    for _ in range(arguments.rounds)
                ]
                best = [min(measured[at] for measured in rounds) for at in range(3)]
                cpu = [min(measured[at][1] for measured in rounds) for at in range(3)]
                peak = max(measured[at][2] for measured in rounds for at in range(3))
                cells = [f"{wall:.2f} s, {own:.2f} s" for (wall, *_), own in zip(best, cpu, strict=True)]
                print(
                    f"| {rows:,} | {suffix} | {' | '.join(cells)} | {cpu[1] / cpu[2]:.2f}x | {peak:,.0f} MB |",
                    flush=True,
                )


if __name__ == "__main__":
    main()
