"""The files of one upload: itself, or what its zip archive holds; nothing is unpacked under a name from the archive."""

import re
import stat
import zipfile
from collections.abc import Iterator, Mapping
from pathlib import Path, PurePosixPath
from types import TracebackType
from typing import NamedTuple, Self

from shared.imports.errors import AnnotationsUnreadable, ArchiveRefused, ImportTooLarge

# Twice the images of the largest public detection set, with a file of annotations for each.
MAX_MEMBERS = 400_000

# Deflate packs the most regular annotations about 200 times; what packs better is made to unpack to nothing useful.
MAX_RATIO = 1000
_SMALL_BYTES = 2**20

_ZIP = b"PK\x03\x04"
_HEAD_BYTES = 4096
_ENCRYPTED = 0x1
# macOS adds these to every archive.
_BY_MACOS = re.compile(r"(^|/)(__MACOSX/|\._|\.DS_Store$)")


class FileLimits(NamedTuple):
    """The largest single document in bytes, and all files of an archive together once they are unpacked."""

    document_bytes: int
    total_bytes: int


class InputFiles(Mapping[str, bytes]):
    """Files by their names; each is read when it is asked for, so that one is in memory at a time."""

    def __init__(self, path: Path, name: str, limits: FileLimits) -> None:
        """Open the upload at a path; raises ArchiveRefused, ImportTooLarge."""
        self._limits = limits
        self._path, self._archive = path, None
        with path.open("rb") as file:
            is_zip = file.read(len(_ZIP)) == _ZIP
        self._members: dict[str, zipfile.ZipInfo | None] = {name: None}
        self._read_names = set[str]()
        if is_zip:
            try:
                self._archive = zipfile.ZipFile(path)
            except (zipfile.BadZipFile, NotImplementedError, ValueError) as error:
                raise ArchiveRefused("The zip archive is cut off or damaged; pack the files again.") from error
            self._members = dict(_checked(self._archive.infolist(), limits))

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        if self._archive is not None:
            self._archive.close()

    def __iter__(self) -> Iterator[str]:
        return iter(self._members)

    def __len__(self) -> int:
        return len(self._members)

    def __getitem__(self, name: str) -> bytes:
        """Return the bytes of a file; raises KeyError, ArchiveRefused, ImportTooLarge."""
        self._read_names.add(name)
        return self._read(name, self._limits.document_bytes, is_whole=True)

    def head(self, name: str) -> bytes:
        """Return the first bytes of a file, by which its format is recognised."""
        return self._read(name, _HEAD_BYTES, is_whole=False)

    @property
    def is_archive(self) -> bool:
        """Whether the files come from a zip archive."""
        return self._archive is not None

    def ending_with(self, *endings: str) -> list[str]:
        """List the names with one of these endings, in lower case, in order."""
        return sorted(name for name in self._members if name.lower().endswith(endings))

    def unread(self, endings: tuple[str, ...]) -> list[str]:
        """List the names that were never asked for, in order, without those of these endings."""
        return sorted(name for name in self._members.keys() - self._read_names if not name.lower().endswith(endings))

    def _read(self, name: str, limit: int, *, is_whole: bool) -> bytes:
        member = self._members[name]
        try:
            if self._archive is None or member is None:
                with self._path.open("rb") as file:
                    body = file.read(limit + 1)
            else:
                # Not by the announced size, which the archive may state wrongly.
                with self._archive.open(member) as unpacked:
                    body = unpacked.read(limit + 1)
        except (zipfile.BadZipFile, EOFError, OSError, NotImplementedError, RuntimeError, ValueError) as error:
            raise ArchiveRefused(f"“{name[:200]}” in the zip archive is damaged; pack the files again.") from error
        if is_whole and len(body) > limit:
            raise ImportTooLarge(f"“{name[:200]}” is larger than {limit:,} bytes; split it into several files.")
        return body[:limit]


def text_of(name: str, body: bytes) -> str:
    """Decode a file of text; raises AnnotationsUnreadable with its name."""
    try:
        return body.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        detail = f"“{name[:200]}”: byte {error.start:,} is not UTF-8; save the file as UTF-8."
        raise AnnotationsUnreadable(detail) from error


def pointer_of(name: str) -> str:
    """Return the place of a file in an archive as an RFC 6901 pointer."""
    return f"/{name.replace('~', '~0').replace('/', '~1')}"


def stem_of(name: str) -> str:
    """Return the last part of a path without its extension."""
    return PurePosixPath(name.replace("\\", "/")).stem


def _checked(members: list[zipfile.ZipInfo], limits: FileLimits) -> Iterator[tuple[str, zipfile.ZipInfo]]:
    if len(members) > MAX_MEMBERS:
        raise ImportTooLarge(f"The zip archive has {len(members):,} files; the maximum is {MAX_MEMBERS:,}.")
    total, names = 0, set[str]()
    for member in members:
        if reason := _reason(member):
            raise ArchiveRefused(f"The zip archive has a file {member.filename[:200]!r} that {reason}.")
        if member.is_dir() or _BY_MACOS.search(member.filename):
            continue
        if member.filename in names:
            raise ArchiveRefused(f"The zip archive has two files {member.filename[:200]!r}; pack the files again.")
        names.add(member.filename)
        total += member.file_size
        if total > limits.total_bytes:
            raise ImportTooLarge(f"The zip archive has more than {limits.total_bytes:,} bytes once it is unpacked.")
        yield member.filename, member


def _reason(member: zipfile.ZipInfo) -> str | None:
    name = member.filename
    if name.startswith(("/", "\\")) or re.match(r"[A-Za-z]:", name) or "\\" in name or ".." in name.split("/"):
        return "leads out of its folder; pack relative names without “..”"
    if member.flag_bits & _ENCRYPTED:
        return "is encrypted; pack the files without a password"
    if stat.S_ISLNK(member.external_attr >> 16):
        return "is a symbolic link; pack the files themselves"
    if member.file_size > max(_SMALL_BYTES, member.compress_size * MAX_RATIO):
        return f"unpacks to more than {MAX_RATIO:,} times its size"
    return None
