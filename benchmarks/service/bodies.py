"""What the largest bodies cost one api process: `python -m benchmarks.service.bodies`.

Sends the worst body of each kind to a service of its own, and prints the most memory that the process took beyond its
rest, what it kept afterwards, and the longest time that another connection waited for /healthz meanwhile.
"""

import argparse
import http.client
import os
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from subprocess import run
from tempfile import TemporaryDirectory
from urllib.parse import urlencode

import msgspec

from benchmarks.instruments.load import until_ready
from deploy.local.commands import commands
from deploy.local.datadir import DataDir
from deploy.local.ports import free_ports
from deploy.local.process import Process
from deploy.local.stack import Stack

MIB = 2**20
MAX_SMALL = 250_000
ROOT = Path(__file__).parents[2]


@dataclass(frozen=True)
class Case:
    """One request."""

    name: str
    path: str
    body: Callable[[int], bytes]
    content_type: str = "application/json"


def _vectors(label: bytes, other: bytes) -> Callable[[int], bytes]:
    def body(size: int) -> bytes:
        count = size // (len(label) + len(other) + 2) // 2
        vector = b",".join([label, other] * count)
        return b'{"actual_vector": [' + vector + b'], "predicted_vector": [' + vector + b"]}"

    return body


def _curves(row: bytes, other: bytes) -> Callable[[int], bytes]:
    def body(size: int) -> bytes:
        count = size // (len(row) + len(other) + 6)
        head = b'{"type": "ROC", "actual_vector": [' + b",".join([b"0", b"1"] * count)
        return head + b'], "probability_vector": [' + b",".join([row, other] * count) + b"]}"

    return body


def _label_sets(size: int) -> bytes:
    classes = [f"c{number:03}" for number in range(490)]
    sample = msgspec.json.encode(classes)
    count = min(size // (len(sample) + 1) // 2, 10_000)
    vector = b",".join([sample] * count)
    return b'{"actual_vector": [' + vector + b'], "predicted_vector": [' + vector + b"]}"


def _empty_sets(size: int) -> bytes:
    count = size // 8
    vector = b",".join([b"[]"] * (count - 1) + [b'["a"]'])
    return b'{"actual_vector": [' + vector + b'], "predicted_vector": [' + vector + b"]}"


def _counts(size: int) -> bytes:
    row = b"[" + b",".join([b"10000000000"] * 500) + b"]"
    spaces = b" " * max(0, (size - 501 * len(row)) // 500)
    counts = (b"," + spaces).join([row] * 500)
    return b'{"classes": ' + msgspec.json.encode([*range(500)]) + b', "counts": [' + counts + b"]}"


def _nested(size: int) -> bytes:
    return b'{"name": "x", "metadata": {"a": [' + b",".join([b"[]"] * (min(size, MAX_SMALL) // 3 - 20)) + b"]}}"


def _csv(size: int) -> bytes:
    return b"actual,predicted\n" + b"a,b\nb,a\n" * (size // 8)


def _form(field: str, content: bytes) -> bytes:
    head = f'--x\r\nContent-Disposition: form-data; name="{field}"; filename="t.csv"\r\n\r\n'
    return head.encode() + content + b"\r\n--x--\r\n"


def _pasted(size: int) -> bytes:
    labels = "a\nb\n" * (size // 16)
    return urlencode({"actual": labels, "predicted": labels}).encode()


MULTIPART = "multipart/form-data; boundary=x"
FORM = "application/x-www-form-urlencoded"
CASES = [
    Case("integer labels", "/cm/create", _vectors(b"0", b"1")),
    Case("text labels", "/cm/create", _vectors(b'"a"', b'"b"')),
    Case("decimal labels", "/cm/create", _vectors(b"0.5", b"1.5")),
    Case("probabilities of 0 and 1", "/curve", _curves(b"[0,1]", b"[1,0]")),
    Case("probabilities", "/curve", _curves(b"[0.123456,0.876544]", b"[0.75,0.25]")),
    Case("label sets", "/mlcm/", _label_sets),
    Case("empty label sets", "/mlcm/", _empty_sets),
    Case("counts", "/v1/matrices", _counts),
    Case("nested metadata", "/api/projects", _nested),
    Case(
        "table in a form",
        "/app/matrices/new",
        lambda size: _form("file", _csv(size)),
        "multipart/form-data; boundary=x",
    ),
    Case("pasted labels", "/app/matrices/new", _pasted, FORM),
]


@contextmanager
def service(**settings: str) -> Iterator[tuple[int, int]]:
    """Run the api with one process; yields its port, and the process that answers requests."""
    with TemporaryDirectory() as folder, Stack(Path(folder) / "stack", durable=False) as stack:
        (port,) = free_ports(1)
        environment = stack.environment | settings | {"WAIT_LIMIT_S": "1", "SECRET_KEY": "x" * 32}
        parts = commands(host="127.0.0.1", port=port, api_workers=1, worker_concurrency=1)
        run(parts.migrate, cwd=ROOT, env=os.environ | environment, check=True, capture_output=True)
        data = DataDir(Path(folder) / "api")
        data.lock()
        process = Process("api", parts.parts["api"], data=data, environment=os.environ | environment, folder=ROOT)
        process.spawn()
        try:
            until_ready(f"http://127.0.0.1:{port}/readyz")
            yield port, worker_of(port)
        finally:
            process.kill()


def worker_of(port: int) -> int:
    """Find the process that answers: the last one with the service's command, forked from one that looks after it."""
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):
            words = (folder / "cmdline").read_bytes().split(b"\0")
            if b"api" in words and str(port).encode() in words:
                found.append(int(folder.name))
    return max(found)


def memory(pid: int, field: str) -> float:
    """Return the memory of a process in MiB: VmRSS now, or VmHWM at the most."""
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith(field)) / 1024


class Bystander(threading.Thread):
    """Asks for /healthz all the time, and remembers the longest wait."""

    def __init__(self, port: int) -> None:
        super().__init__(daemon=True)
        self.longest_s = 0.0
        self._port = port
        self.is_done = False

    def run(self) -> None:
        """Ask until it is done."""
        connection = http.client.HTTPConnection("127.0.0.1", self._port)
        while not self.is_done:
            began = time.perf_counter()
            connection.request("GET", "/healthz")
            connection.getresponse().read()
            self.longest_s = max(self.longest_s, time.perf_counter() - began)
            time.sleep(0.002)


def send(port: int, path: str, body: bytes, headers: dict[str, str]) -> tuple[int, bytes]:
    """Send one request and return status and answer."""
    with closing(http.client.HTTPConnection("127.0.0.1", port, timeout=300)) as connection:
        connection.request("POST", path, body, headers)
        answer = connection.getresponse()
        return answer.status, answer.read()


def _session(port: int) -> tuple[dict[str, str], dict[str, str]]:
    """Sign up, and return the headers of the API's requests and of the pages'."""
    account = b'{"email": "bench@example.com", "password": "correct horse"}'
    key = msgspec.json.decode(send(port, "/sign_up/", account, {})[1])["api_key"]
    connection = http.client.HTTPConnection("127.0.0.1", port)
    connection.request("GET", "/app/sign-in")
    answer = connection.getresponse()
    cookie, token = answer.headers["set-cookie"].partition(";")[0], _token(answer.read())
    form = urlencode({"email": "bench@example.com", "password": "correct horse", "form_token": token})
    connection.request("POST", "/app/sign-in", form, {"Cookie": cookie, "Content-Type": FORM})
    answer = connection.getresponse()
    answer.read()
    cookie = next(line.partition(";")[0] for line in answer.headers.get_all("set-cookie", []) if "session" in line)
    connection.request("GET", "/app/matrices/new", headers={"Cookie": cookie})
    token = _token(connection.getresponse().read())
    return {"X-API-Key": key}, {"Cookie": cookie, "X-Form-Token": token}


def _token(page: bytes) -> str:
    return page.partition(b'name="form_token" value="')[2].partition(b'"')[0].decode()


def measure(port: int, pid: int, case: Case, size: int, headers: dict[str, str]) -> str:
    """Send one case and return its row of the table."""
    body = case.body(size)
    rest = memory(pid, "VmRSS")
    Path(f"/proc/{pid}/clear_refs").write_text("5")
    bystander = Bystander(port)
    bystander.start()
    time.sleep(0.2)
    began = time.perf_counter()
    status, _ = send(port, case.path, body, headers | {"Content-Type": case.content_type})
    took = time.perf_counter() - began
    time.sleep(2)
    bystander.is_done = True
    bystander.join()
    peak, after = memory(pid, "VmHWM") - rest, memory(pid, "VmRSS") - rest
    cells = [case.name, f"{len(body) / MIB:.1f}", str(status), f"{took:.1f}", f"{peak:.0f}", f"{after:.0f}"]
    return "| " + " | ".join([*cells, f"{bystander.longest_s * 1000:.0f}"]) + " |"


def main() -> None:
    """Measure every case."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--mib", type=int, default=62, help="size of the bodies")
    parser.add_argument("--table-mib", type=int, default=7, help="size of the tables in forms")
    parser.add_argument("--only", default="", help="part of the names of the cases to measure")
    options = parser.parse_args()
    with service() as (port, pid):
        api, pages = _session(port)
        print(f"One api process, at rest with {memory(pid, 'VmRSS'):.0f} MiB.\n")
        print("| body | MiB | status | s | MiB at most | MiB after | longest wait of another, ms |")
        print("| --- | --- | --- | --- | --- | --- | --- |")
        for case in CASES:
            if options.only in case.name:
                is_page = case.path.startswith("/app")
                size = (options.table_mib if is_page else options.mib) * MIB
                print(measure(port, pid, case, size, pages if is_page else api), flush=True)


if __name__ == "__main__":
    main()
