"""The file of a matrix in an export, in pieces: millions of labels are never in memory as texts at once."""

from collections.abc import AsyncIterator, Sequence

import msgspec

from shared.evaluation.confusion.cell_list import counts_as_json
from shared.evaluation.inputs.label_codes import Codes, decode
from shared.matrices.records import CountedMatrix, Samples

# Labels of a piece; with the longest labels 33 MB.
_PIECE = 2**16


async def matrix_pieces(counted: CountedMatrix, kept: Samples | None) -> AsyncIterator[bytes]:
    """Yield the JSON of a matrix: classes, counts, and the labels of its samples where they are kept."""
    described = {
        "uid": counted.uid,
        "version": counted.version,
        "description": counted.description,
        "classes": counted.matrix.classes,
        **counts_as_json(counted.matrix),
        "created_at": counted.created_at,
        "updated_at": counted.updated_at,
    }
    whole = msgspec.json.encode(described)
    yield whole[:-1]
    if kept is not None and kept.actual_codes is not None and kept.predicted_codes is not None:
        texts = [msgspec.json.encode(label) for label in kept.classes]
        for name, codes in (("actual", kept.actual_codes), ("predicted", kept.predicted_codes)):
            yield f',\n"{name}":['.encode()
            async for piece in _labels(texts, decode(codes, kept.sample_count)):
                yield piece
            yield b"]"
    yield b"}\n"


async def _labels(texts: Sequence[bytes], codes: Codes) -> AsyncIterator[bytes]:
    for start in range(0, len(codes), _PIECE):
        piece = b",".join([texts[code] for code in codes[start : start + _PIECE].tolist()])
        yield piece if start == 0 else b"," + piece
