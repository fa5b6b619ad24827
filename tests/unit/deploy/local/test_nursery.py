"""What the nursery makes before it forks is made with the settings of the program, and of no other."""

import os
from collections.abc import Iterator

import pytest
from pydantic import ValidationError

from deploy.local import nursery
from deploy.local.nursery import Order
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
