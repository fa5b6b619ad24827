"""The rows of empty cells in which worksheets end when they are written as text."""

from pathlib import Path

_PIECE = 2**16


def length_without_empty_rows(path: Path, separator: str) -> int | None:
    """The bytes of a text up to its last row with anything in it; None if no rows of empty cells stand below that."""
    blank = f"{separator} \t\r\n".encode()
    size = path.stat().st_size
    tail, end = b"", size
    with path.open("rb") as file:
        while end:
            start = max(0, end - _PIECE)
            file.seek(start)
            piece = file.read(end - start)
            filled = len(piece.rstrip(blank))
            tail = piece[filled:] + tail
            if filled:
                break
            end = start
        else:
            return None
    # What stands behind the last filled cell of its own row belongs to that row.
    _, _, below = tail.partition(b"\n" if b"\n" in tail else b"\r")
    return size - len(below) if separator.encode() in below else None
