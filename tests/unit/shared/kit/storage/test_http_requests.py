import socket
import threading
import time
from collections.abc import Iterator
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, NamedTuple

import pytest

from shared.kit.storage.http_requests import HttpRequests, StorageAnswer, StorageRequest, _read_answer

HEADERS = {"host": "127.0.0.1", "x-name": "value"}


SUCCESS = b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"
OBJECT = bytes(range(256)) * 5000


class Taken(NamedTuple):
    """A PUT as the server took it."""

    path: str
    name: str
    body: bytes
    client_port: int


class Server(ThreadingHTTPServer):
    """Answers with the status in the path, and ends the connection after `/close`, with or without saying so."""

    def __init__(self) -> None:
        self.taken: list[Taken] = []
        super().__init__(("127.0.0.1", 0), _Handler)


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: Server

    def do_PUT(self) -> None:
        body = self.rfile.read(int(self.headers["content-length"]))
        self.server.taken.append(Taken(self.path, self.headers["x-name"], body, self.client_address[1]))
        self.send_response(int(self.path.rpartition("/")[2]))
        self.send_header("Content-Length", "4")
        if "said" in self.path:
            self.send_header("Connection", "close")
        self.end_headers()
        self.wfile.write(b"done")
        self.close_connection = "close" in self.path

    def do_GET(self) -> None:
        self.server.taken.append(Taken(self.path, self.headers["x-name"], b"", self.client_address[1]))
        self.send_response(HTTPStatus.OK)
        if "unsaid" not in self.path:
            self.send_header("Content-Length", str(len(OBJECT)))
        self.end_headers()
        if self.command == "GET":
            self.wfile.write(OBJECT[:9] if "broken" in self.path else OBJECT)
        self.close_connection = {"unsaid", "broken"} & {*self.path.split("/")} != set()

    def do_HEAD(self) -> None:
        self.do_GET()

    def log_message(self, *_: Any) -> None:
        """Write nothing."""


@pytest.fixture
def server() -> Iterator[Server]:
    with Server() as made:
        thread = threading.Thread(target=made.serve_forever)
        thread.start()
        yield made
        made.shutdown()
        thread.join()


@pytest.fixture
def requests(server: Server) -> HttpRequests:
    return HttpRequests(f"http://127.0.0.1:{server.server_port}", connect_s=5, answer_s=5)


def _put(requests: HttpRequests, path: str, body: bytes = b"body") -> bool:
    answer = requests.ask(StorageRequest("PUT", path, HEADERS, body))
    return answer is not None and answer.status == HTTPStatus.OK


def test_puts_share_a_connection_and_arrive_as_they_are(server: Server, requests: HttpRequests) -> None:
    bodies = [b"", b"one\r\n\r\n", bytes(range(256)) * 5000]

    assert [_put(requests, "/a%20b/200", body) for body in bodies] == [True] * 3

    assert [(taken.path, taken.name, taken.body) for taken in server.taken] == [
        ("/a%20b/200", "value", body) for body in bodies
    ]
    assert len({taken.client_port for taken in server.taken}) == 1


@pytest.mark.parametrize("status", [204, 403, 500, 503])
def test_every_other_status_is_no_success(requests: HttpRequests, status: int) -> None:
    assert not _put(requests, f"/{status}")
    assert _put(requests, "/200")


@pytest.mark.parametrize("path", ["/close/200", "/said/close/200"])
def test_a_connection_that_the_server_ends_is_replaced(server: Server, requests: HttpRequests, path: str) -> None:
    assert [_put(requests, path) for _ in range(3)] == [True] * 3

    assert len({taken.client_port for taken in server.taken}) == 3


def test_threads_have_connections_of_their_own(server: Server, requests: HttpRequests) -> None:
    threads = [threading.Thread(target=_put, args=(requests, "/200", b"%d" % number)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(taken.body for taken in server.taken) == [b"%d" % number for number in range(8)]


@pytest.mark.parametrize("headers", [{"x-name": "two\r\nx-lines: 2"}, {"x-name": "two\nlines"}, {"x-name": "ä"}])
def test_a_header_that_is_no_line_of_ascii_is_not_sent(
    server: Server, requests: HttpRequests, headers: dict[str, str]
) -> None:
    assert not requests.ask(StorageRequest("PUT", "/200", headers, b"body"))
    assert server.taken == []


def test_a_server_that_is_away_is_no_success() -> None:
    assert not _put(HttpRequests("http://127.0.0.1:1", connect_s=1, answer_s=1), "/200")


def test_an_answer_too_many_is_not_taken_for_that_of_the_next_put() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        requests = HttpRequests(f"http://127.0.0.1:{server.getsockname()[1]}", connect_s=5, answer_s=5)
        has_spoken, is_first_over = threading.Event(), threading.Event()

        def answer() -> None:
            first, _ = server.accept()
            with first:
                first.recv(4096)
                first.sendall(SUCCESS)
                is_first_over.wait()
                first.sendall(SUCCESS)
                has_spoken.set()
                second, _ = server.accept()
                with second:
                    second.recv(4096)
                    second.sendall(SUCCESS.replace(b"200 OK", b"503 Away"))

        thread = threading.Thread(target=answer, daemon=True)
        thread.start()
        assert _put(requests, "/200")
        is_first_over.set()
        has_spoken.wait()
        assert not _put(requests, "/200")
        thread.join()


def test_a_server_that_hangs_is_waited_for_once() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        requests = HttpRequests(f"http://127.0.0.1:{server.getsockname()[1]}", connect_s=5, answer_s=0.2)
        taken: list[socket.socket] = []

        def answer_twice() -> None:
            taken.extend(server.accept()[0] for _ in range(2))
            for one in taken:
                one.recv(4096)
                one.sendall(SUCCESS)

        threads = [threading.Thread(target=_put, args=(requests, "/200")) for _ in range(2)]
        answering = threading.Thread(target=answer_twice)
        for thread in (answering, *threads):
            thread.start()
        for thread in (answering, *threads):
            thread.join()

        assert not _put(requests, "/200")
        # A connection further than the two would have been made for the same bytes.
        server.settimeout(0)
        with pytest.raises(BlockingIOError):
            server.accept()
        for one in taken:
            one.close()


def test_requests_are_on_the_way_at_once_over_connections_that_are_kept(
    server: Server, requests: HttpRequests, monkeypatch: pytest.MonkeyPatch
) -> None:
    are_under_way, put = threading.Barrier(3), _Handler.do_PUT

    def put_together(handler: _Handler) -> None:
        are_under_way.wait(20)
        put(handler)

    monkeypatch.setattr(_Handler, "do_PUT", put_together)
    puts = [StorageRequest("PUT", f"/{name}/200", HEADERS, name.encode()) for name in ("one", "two", "three")]

    assert [requests.ask_all(puts) for _ in range(2)] == [[StorageAnswer(200, b"done")] * 3] * 2

    assert sorted(taken.body for taken in server.taken) == sorted([b"one", b"two", b"three"] * 2)
    assert len({taken.client_port for taken in server.taken}) == 3


def test_of_requests_at_once_each_has_its_own_answer(server: Server, requests: HttpRequests) -> None:
    paths = ["/close/200", "/503", "/said/close/200", "/200"]
    puts = [StorageRequest("PUT", path, HEADERS, path.encode()) for path in paths]
    wrong = StorageRequest("PUT", "/200", {"x-name": "ä"})

    for _ in range(3):
        answers = requests.ask_all([*puts, wrong])
        assert answers == [StorageAnswer(status, b"done") for status in (200, 503, 200, 200)] + [None]

    assert sorted(taken.body.decode() for taken in server.taken) == sorted(paths * 3)


def test_of_requests_at_once_those_that_a_server_ends_are_sent_again() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        requests = HttpRequests(f"http://127.0.0.1:{server.getsockname()[1]}", connect_s=5, answer_s=5)
        bodies: list[bytes] = []

        def answer() -> None:
            ended, first = [server.accept()[0] for _ in range(2)]
            ended.recv(4096)
            ended.close()
            bodies.append(first.recv(4096)[-3:])
            first.sendall(SUCCESS)
            # On the connection that the first has kept.
            bodies.append(first.recv(4096)[-3:])
            first.sendall(SUCCESS)
            first.close()

        thread = threading.Thread(target=answer, daemon=True)
        thread.start()
        puts = [StorageRequest("PUT", f"/{body.decode()}", HEADERS, body) for body in (b"one", b"two")]
        assert requests.ask_all(puts) == [StorageAnswer(200, b"")] * 2
        thread.join()
        assert bodies == [b"one", b"two"]


def test_requests_at_once_to_a_server_that_is_away_have_no_answer() -> None:
    requests = HttpRequests("http://127.0.0.1:1", connect_s=1, answer_s=1)

    assert requests.ask_all([StorageRequest("PUT", "/200", HEADERS)] * 2) == [None, None]


@pytest.mark.parametrize("size", [9, 32 * 2**20])
def test_requests_at_once_to_a_server_that_hangs_do_not_wait_for_each_other(size: int) -> None:
    with socket.create_server(("127.0.0.1", 0), backlog=64) as server:
        requests = HttpRequests(f"http://127.0.0.1:{server.getsockname()[1]}", connect_s=5, answer_s=0.5)
        puts, began = [StorageRequest("PUT", "/200", HEADERS, bytes(size))] * 16, time.monotonic()

        assert requests.ask_all(puts) == [None] * 16

        # One after the other they would take eight seconds, and sixteen where even sending waits.
        assert time.monotonic() - began < 5


def test_a_connection_that_had_little_time_left_has_all_of_it_for_the_next_request(
    server: Server, requests: HttpRequests, monkeypatch: pytest.MonkeyPatch
) -> None:
    put = StorageRequest("PUT", "/200", HEADERS, b"body")
    requests.ask_all([put] * 3)
    given: list[float | None] = []

    def read(connection: socket.socket, *, has_body: bool) -> tuple[StorageAnswer, bool]:
        given.append(connection.gettimeout())
        return _read_answer(connection, has_body=has_body)

    monkeypatch.setattr("shared.kit.storage.http_requests._read_answer", read)

    requests.ask_all([put] * 3)

    assert given[0] == 5
    assert [time_s is not None and time_s < 5 for time_s in given[1:]] == [True] * 2
    assert len({taken.client_port for taken in server.taken}) == 3


def test_the_body_of_an_answer_is_all_of_it_or_none(server: Server, requests: HttpRequests) -> None:
    paths = [("GET", "/whole"), ("HEAD", "/whole"), ("GET", "/whole"), ("GET", "/unsaid"), ("GET", "/broken")]

    answers = [requests.ask(StorageRequest(method, path, HEADERS)) for method, path in paths]

    assert answers == [
        StorageAnswer(200, OBJECT),
        StorageAnswer(200, b""),
        StorageAnswer(200, OBJECT),
        StorageAnswer(200, None),
        None,
    ]
    # The one that broke off was asked for on a new connection, as the one before had ended.
    assert len({taken.client_port for taken in server.taken}) == 2
