"""What the processes of the service are forked with is open to nothing."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from shared.kit.settings import Settings
from shared.kit.storage.bucket import Storage

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="open files are listed on Linux only")

ROOT = Path(__file__).parents[3]
SETTINGS = {
    "database_url": "postgresql://nobody@127.0.0.1/none",
    "redis_url": "redis://127.0.0.1",
    "s3_endpoint_url": "http://127.0.0.1:1",
    "s3_access_key_id": "id",
    "s3_secret_access_key": "secret",
    "secret_key": "s" * 32,
}
# In a process of its own: among other tests the collector closes their files while the application is made, and their
# threads end when they like.
PROGRAM = """
import json, os, sys, threading

def open_things():
    return sorted(os.listdir("/proc/self/fd")), [thread.name for thread in threading.enumerate()]

before = open_things()
from api.app import create_app
from shared.kit import platform
from shared.kit.settings import Settings

os.environ.update({name.upper(): value for name, value in json.loads(sys.argv[1]).items()})
platform.load_before_forking()
create_app(Settings.model_validate(json.loads(sys.argv[1])))
print(json.dumps([before, open_things()]))
"""


def test_neither_the_application_nor_what_is_made_before_it_opens_a_file_or_starts_a_thread() -> None:
    command = [sys.executable, "-c", PROGRAM, json.dumps(SETTINGS)]

    done = subprocess.run(command, cwd=ROOT, stdout=subprocess.PIPE, check=True)

    before, after = json.loads(done.stdout.splitlines()[-1])
    assert before == after
    assert after[1] == ["MainThread"]


def test_clients_of_the_storage_are_made_at_their_first_use() -> None:
    storage = Storage(Settings.model_validate(SETTINGS))

    assert {"_client", "_probe"} & {*vars(storage)} == set()
    assert storage._client is storage._client


def test_storages_of_the_same_settings_share_a_client() -> None:
    storage, same = Storage(Settings.model_validate(SETTINGS)), Storage(Settings.model_validate(SETTINGS))
    others = [
        Storage(Settings.model_validate(SETTINGS | {name: value}))
        for name, value in {
            "s3_endpoint_url": "http://127.0.0.1:2",
            "s3_region": "eu-west-1",
            "s3_access_key_id": "other",
            "s3_secret_access_key": "other",
        }.items()
    ]

    assert storage._client is same._client
    assert len({id(each._client) for each in (storage, *others)}) == 5
