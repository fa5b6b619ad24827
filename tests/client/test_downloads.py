"""A file that is given by its address is fetched without the key, and sent as a file of its name."""

import asyncio
import threading
import traceback
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import evalserve
import pytest
from evalserve import command
from evalserve.inputs import downloads
from evalserve.inputs.roles import Roles
from evalserve.inputs.tables import as_file

from tests.client.conftest import Account

CSV = b"id,label,guess\n1,a,a\n2,b,a\n3,b,b\n"
NAMED = Roles(y_true="label", y_pred="guess", id="id")


class Files(BaseHTTPRequestHandler):
    """A file, a redirection to it, one that ends too soon, and nothing else."""

    seen: list[dict[str, str]]

    def do_GET(self) -> None:
        """Answer by the path."""
        self.seen.append({name.lower(): value for name, value in self.headers.items()})
        path = self.path.partition("?")[0]
        leads = {"/old.csv": "/v2%20of%20main.csv", "/loop.csv": "/loop.csv", "/away.csv": "file:///etc/hosts"}
        status = 302 if path in leads else {"/v2%20of%20main.csv": 200, "/short.csv": 200, "/": 200}.get(path, 404)
        self.send_response(status)
        if path in leads:
            self.send_header("Location", leads[path])
        content = CSV if status == 200 else b""
        self.send_header("Content-Length", str(len(content) + (path == "/short.csv")))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *_: Any) -> None:
        """Say nothing."""


@pytest.fixture
def address() -> Iterator[str]:
    """The address of a server of files."""
    Files.seen = []
    server = ThreadingHTTPServer(("127.0.0.1", 0), Files)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


@pytest.mark.parametrize(
    ("path", "name"),
    [("/v2%20of%20main.csv", "v2 of main.csv"), ("/old.csv", "old.csv"), ("/", "predictions")],
)
def test_what_lies_there_is_a_file_until_it_is_sent(address: str, path: str, name: str) -> None:
    with as_file(f"{address}{path}?token=secret", NAMED) as table:
        content = table.path.read_bytes()

    assert (table.filename, content, table.path.exists()) == (name, CSV, False)
    assert table.columns == {"truth": "label", "prediction": "guess", "id": "id"}


def with_secrets(address: str, path: str) -> str:
    """The address of a path with a user, a password and a token."""
    return f"{address.replace('://', '://ada:hidden-password@')}{path}?token=hidden-token#hidden-part"


@pytest.mark.parametrize(
    ("path", "says"),
    [
        ("/none.csv", "/none.csv answers with 404."),
        ("/short.csv", "/short.csv cannot be read: RemoteProtocolError."),
        ("/loop.csv", "/loop.csv leads on more than 5 times."),
        ("/away.csv", "/away.csv cannot be read: UnsupportedProtocol."),
    ],
)
def test_what_cannot_be_fetched_is_refused_without_its_secrets(address: str, path: str, says: str) -> None:
    with pytest.raises(evalserve.InputRefused) as refused, as_file(with_secrets(address, path), NAMED):
        pass

    printed = "".join(traceback.format_exception(refused.value))
    assert str(refused.value) == f"{address}{says}"
    assert "hidden" not in printed


def test_a_file_that_is_too_large_is_refused_before_it_fills_the_disk(
    address: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(downloads, "MAX_BYTES", len(CSV) - 1)
    with pytest.raises(evalserve.InputRefused, match="has more than"), as_file(f"{address}/old.csv", NAMED):
        pass


@pytest.mark.parametrize("wrong", ["http://", "https://[", "http://user:hidden@127.0.0.1:9/p.csv", "http://a\nb/x"])
def test_an_address_that_leads_nowhere_is_refused(wrong: str) -> None:
    with pytest.raises(evalserve.InputRefused) as refused, as_file(wrong, NAMED):
        pass

    assert "hidden" not in str(refused.value)


async def test_the_command_fetches_an_address_and_prints_none_of_its_secrets(
    account: Account, address: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("EVALSERVE_URL", account.url)
    monkeypatch.setenv("EVALSERVE_API_KEY", account.key)
    pushed, missing, refused = [
        await asyncio.to_thread(command.run, ["push", file, "--name", "v2", "--id", "id"])
        for file in (with_secrets(address, "/old.csv"), "missing.csv", with_secrets(address, "/none.csv"))
    ]
    said = capsys.readouterr()

    assert (pushed, missing, refused) == (0, 2, 5)
    assert said.out.startswith("Run 'v2': 3 samples, 2 classes\n")
    assert said.err.endswith(f"Error: {address}/none.csv answers with 404.\n")
    assert "hidden" not in said.out + said.err


async def test_a_run_is_made_of_an_address(account: Account, address: str) -> None:
    with account.client() as client:
        run = await asyncio.to_thread(
            lambda: client.evaluate(f"{address}/v2%20of%20main.csv", y_true="label", y_pred="guess", id="id")
        )

    assert (run.data["file"]["filename"], run.matrix) == ("v2 of main.csv", [[1, 0], [1, 1]])
    assert [account.key in seen.values() for seen in Files.seen] == [False]
