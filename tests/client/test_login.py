"""Where a key is kept: in the keyring of the operating system, else in a file for the user alone; and logout."""

import asyncio
import json
import stat
from collections.abc import Iterator
from pathlib import Path

import evalserve
import keyring
import pytest
from evalserve import command
from evalserve.connection.configuration import Configuration, forget, load, store
from keyring.backend import KeyringBackend
from keyring.backends import null
from keyring.errors import KeyringLocked, PasswordDeleteError

from tests.client.conftest import Account

URL = "https://evalserve.example.com"
STORED = Configuration(URL, "the-key-of-mine")


class Memory(KeyringBackend):
    """A keyring of this process."""

    priority = 1

    def __init__(self) -> None:
        super().__init__()  # type: ignore[no-untyped-call] # of keyring
        self.passwords: dict[tuple[str, str], str] = {}

    def get_password(self, service: str, username: str) -> str | None:
        """Return a password, or None."""
        return self.passwords.get((service, username))

    def set_password(self, service: str, username: str, password: str) -> None:
        """Keep a password."""
        self.passwords[service, username] = password

    def delete_password(self, service: str, username: str) -> None:
        """Delete a password."""
        if self.passwords.pop((service, username), None) is None:
            raise PasswordDeleteError


class Locked(Memory):
    """A keyring that its user does not unlock."""

    def get_password(self, service: str, username: str) -> str | None:
        """Refuse."""
        raise KeyringLocked(f"{service} {username}")

    def set_password(self, service: str, username: str, password: str) -> None:
        """Refuse."""
        raise KeyringLocked(f"{service} {username}, {len(password)} characters")


@pytest.fixture
def config(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """The file of the address; afterwards the keyring is the one that was there."""
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    for variable in ("EVALSERVE_URL", "EVALSERVE_API_KEY"):
        monkeypatch.delenv(variable, raising=False)
    monkeypatch.setenv("PYTHON_KEYRING_BACKEND", "keyring.backends.fail.Keyring")
    before = keyring.get_keyring()
    yield tmp_path / "config/evalserve/login.json"
    keyring.set_keyring(before)


def test_a_keyring_holds_the_key_and_the_file_only_the_address(config: Path) -> None:
    memory = Memory()
    keyring.set_keyring(memory)

    path, is_in_keyring = store(STORED)

    assert (path, is_in_keyring) == (config, True)
    assert json.loads(config.read_text()) == {"url": URL}
    assert memory.passwords == {("evalserve", URL): "the-key-of-mine"}
    assert load() == STORED
    assert "the-key-of-mine" not in repr(load())
    with pytest.raises(evalserve.NotConfigured, match="The API key is missing"):
        load("https://elsewhere.example.com")


@pytest.mark.parametrize("backend", [Locked, null.Keyring, None], ids=["locked", "keeps nothing", "none"])
def test_without_a_keyring_that_keeps_it_the_key_is_in_a_file_for_the_user_alone(
    config: Path, backend: type[KeyringBackend] | None
) -> None:
    if backend is not None:
        keyring.set_keyring(backend())

    _, is_in_keyring = store(STORED)

    assert not is_in_keyring
    assert json.loads(config.read_text()) == {"url": URL, "api_key": "the-key-of-mine"}
    assert stat.S_IMODE(config.stat().st_mode) == 0o600
    assert load() == STORED


@pytest.mark.parametrize(
    ("url", "key", "sentence"),
    [
        ("example.com", "k", "begins with http:// or https://"),
        ("ftp://example.com", "k", "begins with http:// or https://"),
        ("https://[::1", "k", "begins with http:// or https://"),
        ("https://a:b", "k", "begins with http:// or https://"),
        ("https://a\x1b[2J", "k", "begins with http:// or https://"),
        ("https://ada:hidden@example.com", "k", "has no user and password"),
        ("https://example.com", "hidden-ü", "characters that no key has"),
        ("https://example.com", "hidden\n", "characters that no key has"),
    ],
)
def test_what_cannot_be_a_service_or_a_key_is_said_without_its_secrets(
    config: Path, capsys: pytest.CaptureFixture[str], url: str, key: str, sentence: str
) -> None:
    code = command.run(["login", url, "--api-key", key])
    said = capsys.readouterr()

    assert (code, said.out, config.exists()) == (2, "", False)
    assert sentence in said.err
    assert "hidden" not in said.err
    with pytest.raises(evalserve.NotConfigured, match=sentence):
        load(url, key)


def test_a_keyring_that_is_locked_later_is_said_as_a_missing_key(config: Path) -> None:
    keyring.set_keyring(Memory())
    store(STORED)
    keyring.set_keyring(Locked())

    with pytest.raises(evalserve.NotConfigured, match="run `evalserve login`"):
        load()
    assert config.exists()


def test_logout_removes_the_key_from_the_keyring_and_the_file(config: Path) -> None:
    memory = Memory()
    keyring.set_keyring(memory)
    store(STORED)

    removed, again = forget(), forget()

    assert (removed, again, memory.passwords, config.exists()) == (URL, None, {}, False)


def test_logout_removes_a_file_that_cannot_be_read(config: Path) -> None:
    config.parent.mkdir(parents=True)
    config.write_text('{"url": "https://evalserve')

    assert forget() is None
    assert not config.exists()


async def test_the_commands_log_in_and_out_and_never_print_the_key(
    account: Account, config: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    keyring.set_keyring(Memory())
    codes = [
        await asyncio.to_thread(command.run, arguments)
        for arguments in (
            ["login", account.url, "--api-key", account.key],
            ["runs"],
            ["logout"],
            ["runs"],
            ["logout"],
        )
    ]
    said = capsys.readouterr()

    assert codes == [0, 0, 0, 4, 0]
    assert said.out.splitlines() == [
        f"Stored in {config}, and the key in the keyring.",
        "None.",
        f"Removed the key for {account.url}.",
        "Nothing was stored.",
    ]
    assert "run `evalserve login`" in said.err
    assert account.key not in said.out + said.err
