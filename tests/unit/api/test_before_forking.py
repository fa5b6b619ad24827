"""What the processes of the service are forked with is open to nothing."""

import sys
import threading

import pytest

from api.app import create_app
from api.server import OPEN_FILES
from shared.kit import platform
from shared.kit.settings import Settings
from shared.kit.storage import Storage

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="open files are listed on Linux only")

SETTINGS = {
    "database_url": "postgresql://nobody@127.0.0.1/none",
    "redis_url": "redis://127.0.0.1",
    "s3_endpoint_url": "http://127.0.0.1:1",
    "s3_access_key_id": "id",
    "s3_secret_access_key": "secret",
    "secret_key": "s" * 32,
}


def test_neither_the_application_nor_what_is_made_before_it_opens_a_file_or_starts_a_thread() -> None:
    settings = Settings.model_validate(SETTINGS)
    before = sorted(OPEN_FILES.iterdir()), threading.enumerate()

    platform.rehearse()
    create_app(settings)

    assert (sorted(OPEN_FILES.iterdir()), threading.enumerate()) == before


def test_clients_of_the_storage_are_made_at_their_first_use() -> None:
    storage = Storage(Settings.model_validate(SETTINGS))

    assert {"_client", "_probe"} & {*vars(storage)} == set()
    assert storage._client is storage._client
