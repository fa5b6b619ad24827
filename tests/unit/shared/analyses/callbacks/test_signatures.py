import hashlib
import hmac
import json
import math
import time
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.analyses.callbacks.signatures import (
    MAX_CANONICAL_BYTES,
    Scheme,
    canonical_json,
    read_signature,
    sign,
    verify,
)
from shared.analyses.errors import InvalidSignature, MissingSignature, StaleSignature

SECRET = b"secret"
NOW = 1_700_000_000
BODY = b'{"status":"processing"}'
VECTOR = "c23fff934fa39a52465ded536f1341381dba4e7eb8c7cbdf93f92ba33e9061a9"
EVERY = tuple(Scheme)

# Lone surrogates are not text, and no client can send them as UTF-8.
TEXT = st.text(st.characters(exclude_categories=["Cs"]))

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | TEXT,
    lambda inner: st.lists(inner) | st.dictionaries(TEXT, inner),
    max_leaves=20,
)


def accepted(
    signature: str | None,
    body: bytes = BODY,
    *,
    timestamp: str | None = str(NOW),
    secrets: tuple[bytes, ...] = (SECRET,),
    schemes: tuple[Scheme, ...] = EVERY,
) -> bool:
    try:
        verify(read_signature(signature, timestamp, now=NOW), body, secrets, schemes)
    except InvalidSignature:
        return False
    return True


def hexadecimal(message: bytes, secret: bytes = SECRET) -> str:
    return hmac.new(secret, message, hashlib.sha256).hexdigest()


def test_the_guides_own_vector_is_accepted_as_sent_and_as_requests_sends_it() -> None:
    assert accepted(VECTOR)
    assert accepted(VECTOR.upper())
    assert accepted(VECTOR, b'{"status": "processing"}')


def test_the_form_that_binds_the_time_is_the_one_that_sign_makes() -> None:
    signature = sign(BODY, SECRET, NOW)

    assert signature == "sha256=" + hexadecimal(f"{NOW}.".encode() + BODY)
    assert accepted(signature)
    assert not accepted(signature, timestamp=str(NOW + 1))
    assert not accepted(signature.removeprefix("sha256="))


@pytest.mark.parametrize(
    ("scheme", "signature"),
    [
        (Scheme.TIMESTAMPED, sign(b'{"a": 1}', SECRET, NOW)),
        (Scheme.RAW, hexadecimal(b'{"a": 1}')),
        (Scheme.CANONICAL, hexadecimal(b'{"a":1}')),
    ],
)
def test_each_form_is_accepted_where_it_is_allowed_and_nowhere_else(scheme: Scheme, signature: str) -> None:
    others = tuple(other for other in Scheme if other is not scheme)

    assert accepted(signature, b'{"a": 1}', schemes=(scheme,))
    assert not accepted(signature, b'{"a": 1}', schemes=others)


def test_the_raw_form_under_the_prefix_is_no_way_around_the_time() -> None:
    assert not accepted(f"sha256={VECTOR}")


def test_any_of_several_secrets_signs_and_no_secret_signs_nothing() -> None:
    assert accepted(hexadecimal(BODY, b"new"), secrets=(b"new", b"old"))
    assert accepted(hexadecimal(BODY, b"old"), secrets=(b"new", b"old"))
    assert not accepted(hexadecimal(BODY, b"older"), secrets=(b"new", b"old"))
    assert not accepted(hexadecimal(BODY, b""), secrets=())


@pytest.mark.parametrize("signature", [None, ""])
def test_nothing_at_all_is_missing(signature: str | None) -> None:
    with pytest.raises(MissingSignature):
        accepted(signature)
    with pytest.raises(MissingSignature):
        accepted(VECTOR, timestamp=None)


@pytest.mark.parametrize("timestamp", [NOW - 301, NOW + 301, "12:00", "-1", "1e9", "9" * 5000, "１"])
def test_a_time_outside_of_the_window_is_stale(timestamp: Any) -> None:
    with pytest.raises(StaleSignature):
        accepted(VECTOR, timestamp=str(timestamp))


@pytest.mark.parametrize("offset", [-300, 0, 300])
def test_the_window_is_300_seconds_wide_on_both_sides(offset: int) -> None:
    assert accepted(VECTOR, timestamp=str(NOW + offset))


@given(JSON)
def test_whatever_the_guides_python_sends_is_accepted(payload: Any) -> None:
    message = json.dumps(payload, separators=(",", ":"), sort_keys=True).encode()

    assert accepted(hexadecimal(message), json.dumps(payload).encode())
    assert accepted(hexadecimal(message), json.dumps(payload, ensure_ascii=False, indent=1).encode())


@pytest.mark.parametrize(
    "body",
    [
        b'{"a":1,"a":2}',
        b'{"a":{"b":1,"b":1}}',
        b'{"a":NaN}',
        b'{"a":Infinity}',
        b'{"a":1e999}',
        b"\xff\xfe{\x00}\x00",
        b'\xef\xbb\xbf{"a":1}',
        b"{",
        b"",
        b"[" * 100_000,
        b'{"a":' * 100_000,
        b"9" * 5000,
        b'"' + b"a" * MAX_CANONICAL_BYTES + b'"',
    ],
    ids=lambda body: repr(body[:20]),
)
def test_what_has_no_canonical_form_is_refused_and_costs_little(body: bytes) -> None:
    began = time.process_time()

    assert canonical_json(body) is None
    assert not accepted(hexadecimal(b"something else"), body)
    assert time.process_time() - began < 2


def test_numbers_and_texts_are_written_as_cpython_writes_them() -> None:
    value = {"z": 1.0, "a": [1e-7, 1e21, -0.0, 10**30, math.pi], "ß": "☃\n\u2028"}

    assert canonical_json(json.dumps(value).encode()) == (
        b'{"a":[1e-07,1e+21,-0.0,1000000000000000000000000000000,3.141592653589793],'
        b'"z":1.0,"\\u00df":"\\u2603\\n\\u2028"}'
    )
