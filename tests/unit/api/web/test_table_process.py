"""A large table is read in a process of its own, which has bounds and knows nothing of the service."""

import pytest

from api.web import table_process, tables
from shared.kit.errors import InvalidInput

LIMITS = tables.TableLimits(max_classes=10, max_label_length=100)
TABLE = b"y_true,y_pred\n" + b"a,b\nb,b\n" * 50_000
MEANT = "send it as the file of a run"


async def test_a_large_table_is_counted_without_a_variable_of_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    # With this one no Python starts.
    monkeypatch.setenv("PYTHONHOME", "/nowhere")

    counted, notices = await table_process.read(len(TABLE), tables.count_table, TABLE, "auto", "auto", LIMITS)

    assert (counted.matrix.counts.tolist(), notices) == ([[0, 50_000], [0, 50_000]], [])


@pytest.mark.parametrize(("bound", "value"), [("CPU_S", 0.01), ("MEMORY_BYTES", -128 * len(TABLE) + 2**20)])
async def test_a_table_that_takes_more_than_it_may_is_refused_with_the_way_out(
    monkeypatch: pytest.MonkeyPatch, bound: str, value: int
) -> None:
    monkeypatch.setattr(table_process, bound, value)

    with pytest.raises(InvalidInput, match=MEANT):
        await table_process.read(len(TABLE), tables.count_table, TABLE, "auto", "auto", LIMITS)
