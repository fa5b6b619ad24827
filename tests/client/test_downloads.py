"""A file that is given by its address is fetched without the key, and sent as a file of its name."""

import asyncio
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import evalserve
import pytest
from evalserve.tables import Roles, as_file

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
        status = {"/old.csv": 302, "/v2%20of%20main.csv": 200, "/short.csv": 200, "/": 200}.get(path, 404)
        self.send_response(status)
        if status == 302:
            self.send_header("Location", "/v2%20of%20main.csv")
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


@pytest.mark.parametrize(
    ("path", "says"),
    [("/none.csv", "/none.csv answers with 404."), ("/short.csv", "/short.csv cannot be read: RemoteProtocolError.")],
)
def test_what_cannot_be_fetched_is_refused_without_its_secrets(address: str, path: str, says: str) -> None:
    with pytest.raises(evalserve.InputRefused) as refused, as_file(f"{address}{path}?token=secret", NAMED):
        pass

    assert str(refused.value) == f"{address}{says}"


@pytest.mark.parametrize("wrong", ["http://", "https://[", "http://user:hidden@127.0.0.1:9/p.csv"])
def test_an_address_that_leads_nowhere_is_refused(wrong: str) -> None:
    with pytest.raises(evalserve.InputRefused) as refused, as_file(wrong, NAMED):
        pass

    assert "hidden" not in str(refused.value)


async def test_a_run_is_made_of_an_address(account: Account, address: str) -> None:
    with account.client() as client:
        run = await asyncio.to_thread(
            lambda: client.evaluate(f"{address}/v2%20of%20main.csv", y_true="label", y_pred="guess", id="id")
        )

    assert (run.data["file"]["filename"], run.matrix) == ("v2 of main.csv", [[1, 0], [1, 1]])
    assert [account.key in seen.values() for seen in Files.seen] == [False]
