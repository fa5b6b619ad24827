import json
import logging
from collections.abc import Iterator

import pytest
import structlog

from shared.accounts import keys
from shared.kit.keyring import Keyring
from shared.kit.logging import configure
from shared.webhooks.signing import secret_text


@pytest.fixture(autouse=True)
def _restored() -> Iterator[None]:
    root = logging.getLogger()
    handlers, level = root.handlers, root.level
    yield
    root.handlers, root.level = handlers, level
    structlog.reset_defaults()


@pytest.mark.parametrize(
    "secret",
    [
        keys.write(Keyring([b"root"]), "a2" * 8, 12),
        secret_text(b"\xff" * 32),
        "api_key=anything-at-all",
        "postgresql://app:s3cret@127.0.0.1/app",
    ],
)
def test_a_secret_that_slips_into_a_line_is_masked(secret: str, capsys: pytest.CaptureFixture[str]) -> None:
    configure(level="INFO", form="json")

    structlog.get_logger().info("read", what=f"before {secret} after")
    logging.getLogger("some.library").warning("said %s here", secret)
    structlog.get_logger().error("failed", exc_info=ValueError(secret))

    printed = capsys.readouterr().out
    hidden = secret.removeprefix("api_key=").removeprefix("postgresql://app:").partition("@")[0]
    assert len(printed.splitlines()) == 3
    assert hidden not in printed
    assert "***" in printed


def test_a_line_is_one_json_object_with_what_is_bound(capsys: pytest.CaptureFixture[str]) -> None:
    configure(level="INFO", form="json")

    with structlog.contextvars.bound_contextvars(request_id="r-1", job_id="j-1"):
        structlog.get_logger().info("happened", count=2)

    line = json.loads(capsys.readouterr().out)
    assert line == {
        "event": "happened",
        "count": 2,
        "request_id": "r-1",
        "job_id": "j-1",
        "level": "info",
        "timestamp": line["timestamp"],
    }
