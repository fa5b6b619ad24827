import socket
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from deploy.local import local_http


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        body = f"{self.headers['host']} asks for {self.path}, ä\r\n\r\nnext".encode()
        self.send_response(int(self.path.rpartition("/")[2]))
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.command == "GET":
            self.wfile.write(body)

    def do_HEAD(self) -> None:
        self.do_GET()

    def log_message(self, *_: Any) -> None:
        """Write nothing."""


@pytest.fixture
def url() -> Iterator[str]:
    with ThreadingHTTPServer(("127.0.0.1", 0), _Handler) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()


@pytest.mark.parametrize("status", [200, 404, 503])
def test_status_and_body_are_those_of_the_answer_and_no_proxy_is_asked(
    url: str, monkeypatch: pytest.MonkeyPatch, status: int
) -> None:
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:1")
    host = url.partition("//")[2]

    answer = local_http.get(f"{url}/a%20b/{status}")

    assert answer == (status, f"{host} asks for /a%20b/{status}, ä\r\n\r\nnext")
    assert local_http.head(f"{url}/a/{status}", {"host": host}) == status


@pytest.mark.parametrize("spoken", [b"", b"no HTTP", b"SSH-2.0-server 1x3\r\n"])
def test_what_does_not_speak_http_gives_no_answer(spoken: bytes) -> None:
    def speak() -> None:
        connection, _ = server.accept()
        with connection:
            connection.recv(4096)
            connection.sendall(spoken)

    with socket.create_server(("127.0.0.1", 0)) as server:
        thread = threading.Thread(target=speak)
        thread.start()
        with pytest.raises(ConnectionError):
            local_http.get(f"http://127.0.0.1:{server.getsockname()[1]}/")
        thread.join()


def test_a_port_that_nobody_listens_on_gives_no_answer() -> None:
    with pytest.raises(ConnectionError):
        local_http.get("http://127.0.0.1:1/")
