"""The memory that a tree of processes holds, whatever else runs on the machine.

Linux's own shares (PSS) divide a page of a file among all processes that map it: a library that other services use as
well counts for less the more of them run. Here it is divided among the processes of the tree alone, so that the sum is
what the tree holds: each of its own pages once, and each page of a file or of shared memory that one of it maps.
"""

from collections import defaultdict
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

PAGE_BYTES = 4096
PAGES_OF_MIB = 2**20 // PAGE_BYTES
KIB_OF_MIB = 1024
# Of an entry of /proc/PID/pagemap (pagemap.rst): a page that is there, of a file or of shared memory, mapped only here.
PRESENT, OF_FILE, EXCLUSIVE = (np.uint64(1 << bit) for bit in (63, 61, 56))
ENTRY_BYTES = 8
# Above all that a process can map, there are pages of the kernel.
USER_PAGES = 2**47 // PAGE_BYTES

# A device and the number of a file on it.
File: TypeAlias = tuple[str, str]


@dataclass(frozen=True)
class Held:
    """What one process holds: its own pages, its part of those that forks share, and pages of files by number."""

    own_mib: float
    forked_mib: float
    pages: dict[File, NDArray[np.int64]]
    pss_mib: float


@dataclass(frozen=True)
class Share:
    """MiB of one process: its part of what the tree holds, those that are of files, what it has alone, Linux's PSS."""

    all_mib: float
    files_mib: float
    alone_mib: float
    pss_mib: float


def shares(pids: list[int]) -> dict[int, Share]:
    """Divide what these processes hold among them; one that has ended is left out."""
    held = {}
    for pid in pids:
        with suppress(OSError):
            held[pid] = _held(pid)
    users: dict[File, NDArray[np.int64]] = {}
    for process in held.values():
        for file, pages in process.pages.items():
            before = users.get(file, np.zeros(0, np.int64))
            users[file] = np.pad(before, (0, max(0, int(pages[-1]) + 1 - before.size)))
            users[file][pages] += 1
    return {pid: _share(process, users) for pid, process in held.items()}


def _share(process: Held, users: dict[File, NDArray[np.int64]]) -> Share:
    counts = [users[file][pages] for file, pages in process.pages.items()]
    files_mib = sum(float((1 / count).sum()) for count in counts) / PAGES_OF_MIB
    alone_mib = process.own_mib + sum(int((count == 1).sum()) for count in counts) / PAGES_OF_MIB
    return Share(process.own_mib + process.forked_mib + files_mib, files_mib, alone_mib, process.pss_mib)


def _held(pid: int) -> Held:
    own = 0
    pieces: defaultdict[File, list[NDArray[np.int64]]] = defaultdict(list)
    for file, first, entries in _mappings(pid):
        is_there, is_of_file = (entries & PRESENT) != 0, (entries & OF_FILE) != 0
        own += int((is_there & ~is_of_file & ((entries & EXCLUSIVE) != 0)).sum())
        pages = np.flatnonzero(is_there & is_of_file) + first
        if pages.size:
            pieces[file].append(pages)
    rollup = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()[1:]
    mib = {line.split(":")[0]: int(line.split()[1]) / KIB_OF_MIB for line in rollup}
    own_mib = own / PAGES_OF_MIB
    pages_of = {file: np.unique(np.concatenate(several)) for file, several in pieces.items()}
    return Held(own_mib, max(0.0, mib["Pss_Anon"] - own_mib), pages_of, mib["Pss"])


def _mappings(pid: int) -> Iterator[tuple[File, int, NDArray[np.uint64]]]:
    """Yield the file of each mapping, the number of its first page in the file, and the entries of its pages."""
    with Path(f"/proc/{pid}/pagemap").open("rb", buffering=0) as pagemap:
        for line in Path(f"/proc/{pid}/maps").read_text().splitlines():
            addresses, _, offset, device, inode, *_ = line.split()
            begin, end = (int(address, 16) // PAGE_BYTES for address in addresses.split("-"))
            if begin < USER_PAGES:
                pagemap.seek(begin * ENTRY_BYTES)
                entries = np.frombuffer(pagemap.read((end - begin) * ENTRY_BYTES), np.uint64)
                yield (device, inode), int(offset, 16) // PAGE_BYTES, entries
