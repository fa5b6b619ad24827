"""The processor time that a service takes for its answers, which other programs on the machine do not change."""

from pathlib import Path

from deploy.demo.service import Service

_NS = 1e9


class ProcessorClock:
    """The seconds that the processes of the api and of Postgres have computed for; other processes are left out."""

    def __init__(self, service: Service) -> None:
        port = service.url.rpartition(":")[2]
        self._postmaster = int((service.data_dir / "postgres/cluster/postmaster.pid").read_text().split()[0])
        self._api = [pid for pid in _processes() if f" -m api --host 127.0.0.1 --port {port} " in _command(pid)]

    def now(self) -> float:
        """Return the seconds so far, to a few microseconds."""
        own = Path(f"/proc/{self._postmaster}/task/{self._postmaster}/children").read_text().split()
        return sum(_seconds(pid) for pid in (*self._api, *map(int, own)))


def _processes() -> list[int]:
    return [int(path.name) for path in Path("/proc").iterdir() if path.name.isdigit()]


def _command(pid: int) -> str:
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
    except OSError:
        # It has ended meanwhile.
        return ""


def _seconds(pid: int) -> float:
    total = 0
    for thread in Path(f"/proc/{pid}/task").glob("*/schedstat"):
        try:
            total += int(thread.read_text().split()[0])
        except OSError:
            # It has ended meanwhile.
            continue
    return total / _NS
