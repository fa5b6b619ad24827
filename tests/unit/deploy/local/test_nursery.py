"""What the nursery makes before it forks is made with the settings of the program, and of no other."""

import os
import subprocess
import sys
from collections.abc import Iterator

import pytest
from pydantic import ValidationError

from deploy.local import nursery
from deploy.local.nursery import Order
from deploy.local.options import PROJECT
from shared.kit.settings import settings
from shared.kit.storage import s3_client

ENVIRONMENT = {
    "DATABASE_URL": "postgresql://nobody@127.0.0.1/none",
    "REDIS_URL": "redis://127.0.0.1",
    "S3_ENDPOINT_URL": "http://127.0.0.1:1",
    "S3_ACCESS_KEY_ID": "id",
    "S3_SECRET_ACCESS_KEY": "secret",
    "S3_BUCKET": "one",
    "SECRET_KEY": "s" * 32,
}


@pytest.fixture(autouse=True)
def fresh() -> Iterator[None]:
    def forget() -> None:
        nursery._last_environment.clear()
        settings.cache_clear()
        s3_client._made.cache_clear()

    forget()
    yield
    forget()


def order(module: str, **changes: str) -> Order:
    return Order(["python", "-m", module], ENVIRONMENT | changes, "/")


def test_the_settings_are_those_of_the_latest_order() -> None:
    names = []
    for name in ("one", "other", "one"):
        nursery.make_for(order("worker.courier", S3_BUCKET=name))
        names.append(settings().s3_bucket)

    assert names == ["one", "other", "one"]


def test_the_client_of_the_storage_is_there_before_the_fork_and_made_once() -> None:
    for module in ("api", "worker.courier", "worker.dispatcher"):
        nursery.make_for(order(module))
    s3_client.shared_client(settings())

    assert s3_client._made.cache_info()[:2] == (1, 1)


def test_the_nursery_keeps_its_own_environment() -> None:
    before = dict(os.environ)

    nursery.make_for(order("api", ONLY="this"))

    assert dict(os.environ) == before


def test_settings_that_are_wrong_are_told_by_the_program(monkeypatch: pytest.MonkeyPatch) -> None:
    nursery.make_for(order("api"))
    nursery.make_for(order("api", SECRET_KEY="short"))

    for name, value in (ENVIRONMENT | {"SECRET_KEY": "short"}).items():
        monkeypatch.setenv(name, value)
    with pytest.raises(ValidationError, match="secret_key"):
        settings()


def test_nothing_is_made_for_a_program_that_is_none_of_the_service() -> None:
    nursery.make_for(order("http.server"))

    assert settings.cache_info().currsize == 0
    assert s3_client._made.cache_info().currsize == 0


def test_only_pages_that_hold_what_is_in_their_file_are_given_up() -> None:
    def mapping(start: int, mode: str, inode: int, anonymous: int) -> list[str]:
        return [
            f"{start:x}-{start + 0x1000:x} {mode} 00000000 fe:00 {inode} /usr/lib/libone.so",
            "Rss:                   4 kB",
            f"Anonymous:             {anonymous} kB",
            "VmFlags: rd mr mw me",
        ]

    lines = [
        *mapping(0x1000, "r-xp", 7, 0),
        *mapping(0x2000, "r--p", 7, 4),
        *mapping(0x3000, "rw-p", 7, 0),
        *mapping(0x4000, "r--s", 7, 0),
        *mapping(0x5000, "r--p", 0, 0),
        *mapping(0x6000, "r--p", 7, 0),
    ]

    assert [*nursery._pure_files(lines)] == [(0x1000, 0x2000), (0x6000, 0x7000)]


@pytest.mark.skipif(sys.platform != "linux", reason="processes are forked on Linux only")
def test_libraries_work_after_their_pages_were_given_up() -> None:
    program = """
import re, pathlib, numpy
from deploy.local import nursery
def files(): return int(re.search(r"RssFile:\\s+(\\d+)", pathlib.Path("/proc/self/status").read_text())[1])
def solve(): return numpy.linalg.solve(numpy.array([[2.0, 0.0], [0.0, 4.0]]), numpy.array([2.0, 2.0])).tolist()
solve()
before = files()
nursery.release_files()
after = files()
print(after < before / 2, solve())
"""
    done = subprocess.run([sys.executable, "-c", program], cwd=PROJECT, capture_output=True, text=True, check=True)

    assert done.stdout == "True [1.0, 0.5]\n"
