"""`/v1/confusion` against a bare handler on the same server: `python -m benchmarks.service.calculators`.

The bare handler is Litestar's, under the same server with the same options, answers the same bytes, and does nothing
else: no key, no id, no log line. Both have one process, and take turns, a few seconds each, so that other load on the
machine affects both. The ratios count, not the rates.
"""

import os
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx2
from litestar import Litestar, Response, get

from api.__main__ import ALWAYS
from benchmarks.instruments.load import rate, until_ready
from benchmarks.service.http import request
from deploy.local.commands import commands
from deploy.local.datadir import DataDir
from deploy.local.options import PROJECT
from deploy.local.ports import free_ports
from deploy.local.process import Process
from deploy.local.stack import Stack

PATH = "/v1/confusion?tp=90&fp=10&fn=5&tn=95"
ADMIN = ("bench", "benchmark")
ROUNDS, SECONDS = 7, 1.5

# A monthly quota and a rate that are checked with every call, and that nothing here reaches.
PLANS = '{"limited": {"calls_per_month": 1000000000, "calls_per_second": 100000}, "unlimited": {}}'

ANSWER = (
    b'{"data":{"mcc":0.851064,"npv":0.95,"note":"From a binary confusion matrix. MCC (Matthews correlation, '
    b'\xe2\x88\x921\xe2\x80\xa61) is robust to class imbalance.","inputs":{"fn":5,"fp":10,"tn":95,"tp":90,"total":200},'
    b'"recall":0.947368,"accuracy":0.925,"f1_score":0.923077,"precision":0.9,"prevalence":0.475,'
    b'"sensitivity":0.947368,"specificity":0.904762,"balanced_accuracy":0.926065,"false_negative_rate":0.052632,'
    b'"false_positive_rate":0.095238},"meta":{"timestamp":"2026-06-05T03:09:02.520Z","request_id":'
    b'"befbf95c-e77f-40fc-b03f-2073cac0138a"},"status":"ok","message":"Confusion metrics","success":true}'
)


@get("/v1/confusion")
async def constant() -> Response[bytes]:
    """Return the constant answer."""
    return Response(ANSWER, media_type="application/json")


def bare() -> Litestar:
    """Make an application that does nothing but answer."""
    return Litestar([constant], openapi_config=None, logging_config=None)


@contextmanager
def _servers(folder: Path) -> Iterator[tuple[str, str]]:
    """Run the service and the bare handler; yields their addresses."""
    with Stack(folder / "stack", durable=False) as stack:
        environment = {
            **os.environ,
            **stack.environment,
            "PYCM_API_ADMIN": ADMIN[0],
            "PYCM_API_ADMIN_PASSWORD": ADMIN[1],
            "PLANS": PLANS,
        }
        ports = free_ports(2)
        api, plain = (
            commands(host="127.0.0.1", port=port, api_workers=1, worker_concurrency=1).parts["api"] for port in ports
        )
        subprocess.run(
            commands(host="", port=0, api_workers=1, worker_concurrency=1).migrate,
            env=environment,
            check=True,
            cwd=PROJECT,
        )
        data = DataDir(folder / "api")
        data.lock()
        processes = [
            Process("api", api, data=data, environment=environment, folder=PROJECT),
            Process(
                "bare",
                (
                    sys.executable,
                    "-m",
                    "granian",
                    *ALWAYS,
                    *plain[plain.index("--host") :],
                    "benchmarks.service.calculators:bare",
                ),
                data=data,
                environment=environment,
                folder=PROJECT,
            ),
        ]
        try:
            for process in processes:
                process.spawn()
            addresses = [f"http://127.0.0.1:{port}" for port in ports]
            for address, path in zip(addresses, ("/readyz", "/v1/confusion"), strict=True):
                until_ready(address + path)
            yield addresses[0], addresses[1]
        finally:
            for process in processes:
                process.kill()


def _key(url: str, plan: str) -> str:
    """Create an account on the plan and return its key."""
    credentials = {"email": f"{plan}@example.com", "password": "benchmark"}
    account = httpx2.post(f"{url}/sign_up/", json=credentials).json()
    httpx2.put(f"{url}/v1/admin/accounts/{account['id']}/plan", json={"plan": plan}, auth=ADMIN).raise_for_status()
    key: str = account["api_key"]
    return key


def main() -> None:
    """Print the table."""
    with tempfile.TemporaryDirectory() as folder, _servers(Path(folder)) as (service, plain):
        requests = {
            "bare handler": (plain, request("GET", PATH)),
            "with authentication": (service, request("GET", PATH, key=_key(service, "unlimited"))),
            "with a limited plan": (service, request("GET", PATH, key=_key(service, "limited"))),
        }
        print("| | connections | requests/s | of the bare handler |\n| --- | --- | --- | --- |")
        for connections in (8, 32):
            rates = {
                name: [rate(url, content, connections=connections, seconds=SECONDS)]
                for name, (url, content) in requests.items()
            }
            for _ in range(ROUNDS):
                for name, (url, content) in requests.items():
                    rates[name].append(rate(url, content, connections=connections, seconds=SECONDS))
            _print(connections, {name: values[1:] for name, values in rates.items()})


def _print(connections: int, rates: dict[str, list[float]]) -> None:
    base = rates["bare handler"]
    for name, values in rates.items():
        ratios = [value / other for value, other in zip(values, base, strict=True)]
        print(
            f"| {name} | {connections} | {statistics.median(values):,.0f} | {statistics.median(ratios):.2f} |",
            flush=True,
        )


if __name__ == "__main__":
    main()
