"""A name server on loopback whose names move, and a resolver that asks it: real packets, no cache."""

import asyncio
import socket
import struct
import threading
from collections.abc import Callable, Sequence
from ipaddress import IPv4Address, IPv6Address, ip_address
from typing import Self

from shared.webhooks.addresses import Address

A, AAAA, CLASS_IN = 1, 28, 1

# What a name stands for, by the number of times that it was asked for so far.
Zone = Callable[[str, int], Sequence[str]]


class NameServer:
    """Answers A and AAAA questions from a zone that may say something else each time."""

    def __init__(self, zone: Zone) -> None:
        self._zone = zone
        self._asked: dict[str, int] = {}
        self._now: dict[str, Sequence[str]] = {}
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._socket.bind(("127.0.0.1", 0))
        self.address: tuple[str, int] = self._socket.getsockname()
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self._thread.start()

    def look_ups(self, name: str) -> int:
        """How many times a name was looked up."""
        return self._asked.get(name, 0)

    async def resolve(self, host: str, _: int) -> Sequence[Address]:
        """Both kinds of addresses, as one look-up."""
        answers = [await asyncio.to_thread(self._ask, host, kind) for kind in (A, AAAA)]
        return [ip for found in answers for ip in found]

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._socket.sendto(b"", self.address)
        self._thread.join(5)
        self._socket.close()

    def _ask(self, host: str, kind: int) -> list[Address]:
        labels = b"".join(bytes([len(label)]) + label.encode() for label in host.split("."))
        question = struct.pack("!6H", 7, 0x0100, 1, 0, 0, 0) + labels + b"\0" + struct.pack("!2H", kind, CLASS_IN)
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as client:
            client.settimeout(5)
            client.sendto(question, self.address)
            answer = client.recv(4096)
        count, at, found = struct.unpack("!H", answer[6:8])[0], len(question), list[Address]()
        for _ in range(count):
            size = struct.unpack("!H", answer[at + 10 : at + 12])[0]
            packed = answer[at + 12 : at + 12 + size]
            found.append(IPv4Address(packed) if size == 4 else IPv6Address(packed))
            at += 12 + size
        return found

    def _serve(self) -> None:
        while True:
            question, client = self._socket.recvfrom(4096)
            if not question:
                return
            self._socket.sendto(self._answer(question), client)

    def _answer(self, question: bytes) -> bytes:
        labels, at = [], 12
        while size := question[at]:
            labels.append(question[at + 1 : at + 1 + size].decode())
            at += 1 + size
        name, (kind,) = ".".join(labels), struct.unpack("!H", question[at + 1 : at + 3])
        if kind == A:
            # One look-up is both questions, A first; the second sees the same moment of the zone.
            self._now[name] = self._zone(name, self._asked.get(name, 0))
            self._asked[name] = self._asked.get(name, 0) + 1
        version = 4 if kind == A else 6
        addresses = [ip_address(text) for text in self._now[name]]
        packed = [ip.packed for ip in addresses if ip.version == version]
        records = [struct.pack("!3HIH", 0xC00C, kind, CLASS_IN, 0, len(each)) + each for each in packed]
        return question[:2] + struct.pack("!5H", 0x8180, 1, len(records), 0, 0) + question[12:] + b"".join(records)
