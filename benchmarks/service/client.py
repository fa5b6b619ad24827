"""What the client costs: `python -m benchmarks.service.client [--rows 10000000]`.

Times whole processes in turns: an empty program, one that imports the client, and the help of the command. Then, beside
a service: a small evaluation beside the same request of curl, a large table beside one PUT of its bytes to the same
storage, and the memory that a push of a large file takes beyond an empty interpreter.
"""

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import boto3
import evalserve
import numpy as np
import pyarrow as pa
from evalserve.calls import uploads
from pyarrow import parquet

from deploy.demo.service import Service, service

ROOT = Path(__file__).parents[2]
ROUNDS = 15
PROGRAMS = {
    "python -c pass": "pass",
    "import evalserve": "import evalserve",
    "import, and the client": "import evalserve; evalserve.Client",
    "evalserve --help": "from evalserve.command import run; run(['--help'])",
}
# `ru_maxrss` of a new process starts at what its parent had; the peak of /proc is that of the program alone.
_PEAK = """
from pathlib import Path
(line,) = [line for line in Path("/proc/self/status").read_text().splitlines() if line.startswith("VmHWM")]
print(line.split()[1])
"""
_UPLOAD = """
import sys
from pathlib import Path
import evalserve
from evalserve.calls import uploads
client = evalserve.Client(sys.argv[1], sys.argv[2])
client._connection.hold(uploads.upload(sys.argv[1], Path(sys.argv[3]), "large.bin"))
"""


def main() -> None:
    """Print a table for each part."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--rows", type=int, default=10_000_000, help="rows of the large table")
    parser.add_argument("--bytes", type=int, default=10**9, help="bytes of the large file")
    options = parser.parse_args()
    time_programs()
    with service(os.environ.get("EVALSERVE_URL")) as instance, tempfile.TemporaryDirectory() as folder:
        os.environ["XDG_CACHE_HOME"] = folder
        key = evalserve.sign_up(instance.url, f"bench-{time.time_ns()}@example.com", "correct horse")
        time_small(instance.url, key, Path(folder))
        time_large(instance, key, Path(folder), options.rows)
        measure_memory(instance.url, key, Path(folder), options.bytes)


def time_programs() -> None:
    """Print the medians of whole processes, and what each takes beyond the empty program."""
    environment = os.environ | {"PYTHONPATH": str(ROOT / "client/src")}
    times: dict[str, list[float]] = {name: [] for name in PROGRAMS}
    for _ in range(ROUNDS):
        for name, program in PROGRAMS.items():
            began = time.perf_counter()
            subprocess.run([sys.executable, "-c", program], env=environment, check=True, capture_output=True)
            times[name].append((time.perf_counter() - began) * 1000)
    medians = {name: statistics.median(taken) for name, taken in times.items()}
    empty = medians["python -c pass"]
    print("| program | median, ms | beyond an empty one, ms |\n| --- | ---: | ---: |")
    for name, median in medians.items():
        print(f"| `{name}` | {median:.0f} | {median - empty:.0f} |")


def time_small(url: str, key: str, folder: Path) -> None:
    """Print the median of a small evaluation and that of curl, which sends the file and waits in the same way."""
    columns = {"id": [str(number) for number in range(100)], "y_true": ["a", "b"] * 50, "y_pred": ["a", "a"] * 50}
    path = folder / "small.csv"
    rows = zip(*columns.values(), strict=True)
    path.write_text("\n".join([",".join(columns), *(",".join(row) for row in rows)]) + "\n")
    client = evalserve.Client(url, key)
    run = client.evaluate(columns, y_true="y_true", y_pred="y_pred", id="id")
    header, wait = f"X-API-Key: {key}", "Prefer: wait=20"
    curl = ["curl", "-sf", "-H", header, "-H", wait, "-F", f"file=@{path}", f"{url}/v1/runs"]
    curl += ["--next", "-sf", "-H", header, f"{url}/v1/runs/{run.id}/metrics"]
    curl += ["--next", "-sf", "-H", header, f"{url}/v1/runs/{run.id}/matrix"]
    taken = _in_turns(
        {
            "evalserve.evaluate": lambda: client.evaluate(columns, y_true="y_true", y_pred="y_pred", id="id"),
            "curl": lambda: subprocess.run(curl, check=True, capture_output=True),
        },
        ROUNDS,
    )
    print("\n| 100 samples, sent, read, and their metrics and matrix fetched | median, ms |\n| --- | ---: |")
    for name, seconds in taken.items():
        print(f"| `{name}` | {seconds * 1000:.0f} |")


def time_large(instance: Service, key: str, folder: Path, rows: int) -> None:
    """Print how fast a Parquet file is uploaded by the client, and by one PUT to the same storage."""
    random, path = np.random.default_rng(0), folder / "large.parquet"
    labels = pa.array(["a", "b", "c"])
    truth, guess = (pa.DictionaryArray.from_arrays(random.integers(0, 3, rows), labels) for _ in range(2))
    parquet.write_table(
        pa.table({"id": np.arange(rows), "y_true": truth, "y_pred": guess, "p": random.random(rows)}), path
    )
    client, storage = evalserve.Client(instance.url, key), _Storage(instance)

    def upload() -> None:
        # The last byte of a Parquet file is its mark; another content is sent again.
        with path.open("ab") as file:
            file.write(b"x")
        client._connection.hold(uploads.upload(instance.url, path, path.name))  # noqa: SLF001 -- the upload alone

    taken = _in_turns({"client": upload, "one PUT": lambda: storage.upload(path)}, 5)
    size = path.stat().st_size / 1e6
    print(f"\n| {rows:,} rows, {size:.0f} MB of Parquet | MB/s |\n| --- | ---: |")
    for name, seconds in taken.items():
        print(f"| {name} | {size / seconds:.0f} |")
    print(f"The client reaches {taken['one PUT'] / taken['client']:.0%} of one PUT.")


def measure_memory(url: str, key: str, folder: Path, size: int) -> None:
    """Print the memory that a push takes beyond an empty interpreter."""
    path = folder / "large.bin"
    with path.open("wb") as file:
        for _ in range(size // 2**20):
            file.write(os.urandom(2**20))
    environment = os.environ | {"PYTHONPATH": str(ROOT / "client/src")}
    peaks = []
    for program in ("", _UPLOAD):
        command = [sys.executable, "-c", program + _PEAK, url, key, str(path)]
        done = subprocess.run(command, env=environment, check=True, capture_output=True, text=True)
        peaks.append(int(done.stdout) / 1024)
    print(f"\nPushing {size / 1e6:,.0f} MB takes {peaks[1] - peaks[0]:.0f} MiB beyond an empty interpreter.")


class _Storage:
    """The S3 of a service that was started here."""

    def __init__(self, instance: Service) -> None:
        stored: dict[str, Any] = json.loads((instance.data_dir / "credentials.json").read_text())
        port = json.loads((instance.data_dir / "s3.ports").read_text())
        self._s3 = boto3.client(
            "s3",
            endpoint_url=f"http://127.0.0.1:{port[0]}",
            aws_access_key_id=stored["s3_access_key_id"],
            aws_secret_access_key=stored["s3_secret_access_key"],
            region_name="us-east-1",
        )

    def upload(self, path: Path) -> None:
        """Send a file by one PUT."""
        with path.open("rb") as file:
            self._s3.put_object(Bucket="evalserve", Key=f"benchmark/{path.name}", Body=file)


def _in_turns(work: dict[str, Callable[[], Any]], rounds: int) -> dict[str, float]:
    """The median seconds of each."""
    times: dict[str, list[float]] = {name: [] for name in work}
    for _ in range(rounds):
        for name, do in work.items():
            began = time.perf_counter()
            do()
            times[name].append(time.perf_counter() - began)
    return {name: statistics.median(taken) for name, taken in times.items()}


if __name__ == "__main__":
    main()
