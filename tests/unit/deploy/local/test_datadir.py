import json
import os
import socket
from dataclasses import replace
from pathlib import Path

import pytest

from deploy.local import datadir
from deploy.local.credentials import load_or_create
from deploy.local.datadir import DataDir
from deploy.local.errors import CannotStart
from deploy.local.ports import all_free, free_ports


def test_one_at_a_time_uses_a_data_directory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(datadir, "_LOCK_PATIENCE_S", 0.1)
    first, second = DataDir(tmp_path / "data"), DataDir(tmp_path / "data")
    first.lock()
    with pytest.raises(CannotStart, match=f"{tmp_path / 'data'} is in use by process {os.getpid()}"):
        second.lock()
    first.unlock()
    second.lock()
    second.unlock()


def test_a_file_in_the_place_of_the_directory_is_refused_by_name(tmp_path: Path) -> None:
    (tmp_path / "data").write_text("")
    with pytest.raises(CannotStart, match=f"{tmp_path / 'data'} cannot be used"):
        DataDir(tmp_path / "data").lock()


def test_ports_are_remembered_and_damaged_memories_are_not_believed(tmp_path: Path) -> None:
    data = DataDir(tmp_path)
    assert data.recall_ports("s3") == []
    data.remember_ports("s3", [1, 2])
    assert data.recall_ports("s3") == [1, 2]
    for damaged in ("", "{}", '["1"]', "[true]", "\0"):
        (tmp_path / "s3.ports").write_text(damaged)
        assert data.recall_ports("s3") == []


def test_credentials_are_made_once_and_read_by_the_owner_only(tmp_path: Path) -> None:
    made, is_new = load_or_create(tmp_path)
    read, is_still_new = load_or_create(tmp_path)
    assert (is_new, is_still_new) == (True, False)
    assert read == made
    assert (tmp_path / "credentials.json").stat().st_mode & 0o777 == 0o600
    stored = json.loads((tmp_path / "credentials.json").read_text())
    assert len(set(stored.values())) == 7
    assert not any(value in repr(made) for value in stored.values())


def test_credentials_from_before_there_were_pipelines_get_a_secret_for_them_once(tmp_path: Path) -> None:
    made, _ = load_or_create(tmp_path)
    stored = json.loads((tmp_path / "credentials.json").read_text())
    former = {name: value for name, value in stored.items() if name != "ml_callback_secret"}
    (tmp_path / "credentials.json").write_text(json.dumps(former))

    completed, is_new = load_or_create(tmp_path)

    assert not is_new
    assert completed == replace(made, ml_callback_secret=completed.ml_callback_secret)
    assert load_or_create(tmp_path) == (completed, False)


@pytest.mark.parametrize("damaged", ["", "[]", "{}", '{"secret_key": "x"}'])
def test_damaged_credentials_are_never_replaced(damaged: str, tmp_path: Path) -> None:
    (tmp_path / "credentials.json").write_text(damaged)
    with pytest.raises(CannotStart, match=r"credentials\.json is damaged"):
        load_or_create(tmp_path)
    assert (tmp_path / "credentials.json").read_text() == damaged


def test_free_ports_are_different_unused_and_not_those_to_avoid() -> None:
    ports = free_ports(50)
    assert len(set(ports)) == 50
    assert set(free_ports(50, avoid=ports)).isdisjoint(ports)
    with socket.create_server(("127.0.0.1", ports[0])):
        assert not all_free(ports)
        assert all_free(ports[1:])


def test_a_port_with_an_offset_leaves_room_for_its_second() -> None:
    assert all(port + 10_000 < 32_768 for port in free_ports(50, offset=10_000))
