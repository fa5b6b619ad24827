import base64
from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st
from standardwebhooks.webhooks import Webhook, WebhookVerificationError

from shared.webhooks.signing import secret_text, sign

SECRET = bytes(range(32))
OTHER_SECRET = bytes(range(32, 64))
BODY = '{"type":"job.succeeded","data":{"name":"Größe ✓"}}'.encode()


def verify(secret: bytes, headers: dict[str, str], body: bytes) -> None:
    Webhook(secret_text(secret)).verify(body, headers, json_parse=False)


@pytest.mark.parametrize(
    ("secret", "message_id", "timestamp", "body", "signature"),
    [
        pytest.param(
            "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
            "msg_p5jXN8AQM9LWM0D4loKWxJek",
            1614265330,
            b'{"test": 2432232314}',
            "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=",
            id="the vector of the reference libraries",
        ),
        pytest.param(
            "plJ3nmyCDGBKInavdOK15jsl",
            "msg_loFOjxBNrRLzqYUf",
            1731705121,
            b'{"event_type":"ping","data":{"success":true}}',
            "v1,rAvfW3dJ/X/qxhsaXPOyyCGmRKsaKWcsNccKXlIktD0=",
            id="the vector of Svix's documentation",
        ),
    ],
)
def test_published_vectors_are_reproduced(
    secret: str, message_id: str, timestamp: int, body: bytes, signature: str
) -> None:
    assert sign(message_id, timestamp, body, [base64.b64decode(secret)]) == {
        "webhook-id": message_id,
        "webhook-timestamp": str(timestamp),
        "webhook-signature": signature,
    }


@given(
    secret=st.binary(min_size=24, max_size=64),
    message_id=st.from_regex(r"msg_[0-9a-f]{32}", fullmatch=True),
    text=st.text(),
)
def test_a_foreign_verifier_accepts_what_we_sign(secret: bytes, message_id: str, text: str) -> None:
    body = text.encode()
    verify(secret, sign(message_id, datetime.now(UTC), body, [secret]), body)


def test_during_a_rotation_holders_of_either_secret_accept() -> None:
    headers = sign("msg_1", datetime.now(UTC), BODY, [OTHER_SECRET, SECRET])
    verify(SECRET, headers, BODY)
    verify(OTHER_SECRET, headers, BODY)
    with pytest.raises(WebhookVerificationError):
        verify(bytes(32), headers, BODY)


@pytest.mark.parametrize("header", ["webhook-id", "webhook-timestamp"])
def test_a_changed_header_is_noticed(header: str) -> None:
    now = int(datetime.now(UTC).timestamp())
    headers = sign("msg_1", now, BODY, [SECRET])
    changed = headers | {header: {"webhook-id": "msg_2", "webhook-timestamp": str(now - 1)}[header]}
    with pytest.raises(WebhookVerificationError):
        verify(SECRET, changed, BODY)


def test_a_changed_body_is_noticed() -> None:
    headers = sign("msg_1", datetime.now(UTC), BODY, [SECRET])
    with pytest.raises(WebhookVerificationError):
        verify(SECRET, headers, BODY + b" ")


def test_the_time_is_the_same_in_every_time_zone() -> None:
    moment = datetime(2026, 11, 23, 12, 0, 0, 999_999, tzinfo=UTC)
    elsewhere = moment.astimezone(timezone(timedelta(hours=-7)))
    expected = sign("msg_1", 1795435200, BODY, [SECRET])
    assert sign("msg_1", moment, BODY, [SECRET]) == expected
    assert sign("msg_1", elsewhere, BODY, [SECRET]) == expected


@pytest.mark.parametrize("message_id", ["", "msg.1", "msg 1", "msg_ä", "msg_1\n", "msg_1\r\nx: y"])
def test_ids_that_could_be_misread_are_not_signed(message_id: str) -> None:
    with pytest.raises(ValueError, match="message id"):
        sign(message_id, 1, BODY, [SECRET])


@pytest.mark.parametrize("secrets", [[], [b""], [SECRET, b""]])
def test_nothing_is_signed_without_a_secret(secrets: list[bytes]) -> None:
    with pytest.raises(ValueError, match="secret"):
        sign("msg_1", 1, BODY, secrets)


def test_a_naive_time_is_not_signed() -> None:
    with pytest.raises(ValueError, match="time zone"):
        sign("msg_1", datetime(2026, 11, 23), BODY, [SECRET])  # noqa: DTZ001 - the mistake under test


def test_a_secret_is_shown_as_receivers_libraries_take_it() -> None:
    assert secret_text(b"\x00\xff" * 12) == "whsec_AP8A/wD/AP8A/wD/AP8A/wD/AP8A/wD/"
