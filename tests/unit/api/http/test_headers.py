from ipaddress import ip_network

import pytest

from api.http.headers import etag_matches, nearest_untrusted_address, subscriber

PROXIES = [ip_network("10.0.0.0/8"), ip_network("fd00::/8"), ip_network("192.0.2.7/32")]


@pytest.mark.parametrize(
    ("if_none_match", "known"),
    [
        (None, False),
        ("", False),
        ('"a"', True),
        ('W/"a"', True),
        ('"b", W/"a"', True),
        ('"b","a" ', True),
        ("*", True),
        ('"b"', False),
        ("a", False),
        ('"b", *', False),
    ],
)
@pytest.mark.parametrize("etag", ['"a"', 'W/"a"'])
def test_an_answer_is_known_by_any_of_the_tags_weak_or_strong(etag: str, if_none_match: str, known: bool) -> None:
    assert etag_matches(etag, if_none_match) is known


@pytest.mark.parametrize(
    ("peer", "forwarded", "address"),
    [
        # Nobody trusted has a say, whatever the header claims.
        ("203.0.113.9", ["198.51.100.1"], "203.0.113.9"),
        ("203.0.113.9", ["10.0.0.1, 10.0.0.2"], "203.0.113.9"),
        ("2001:db8::1", ["198.51.100.1"], "2001:db8::1"),
        # One proxy, and what the client itself wrote to the left of its own address.
        ("10.0.0.1", ["198.51.100.1"], "198.51.100.1"),
        ("10.0.0.1", ["1.2.3.4, 198.51.100.1"], "198.51.100.1"),
        ("10.0.0.1", ["10.9.9.9, 198.51.100.1"], "198.51.100.1"),
        ("10.0.0.1", ["127.0.0.1,::1 , 198.51.100.1 "], "198.51.100.1"),
        # Several proxies, on one line or on lines of their own.
        ("10.0.0.1", ["198.51.100.1, 192.0.2.7, 10.0.0.2"], "198.51.100.1"),
        ("fd00::1", ["6.6.6.6, 198.51.100.1", "fd00::2"], "198.51.100.1"),
        ("10.0.0.1", ["198.51.100.1, 192.0.2.8, 10.0.0.2"], "192.0.2.8"),
        # The same address in the forms that servers and proxies give it.
        ("::ffff:10.0.0.1", ["::ffff:198.51.100.1"], "198.51.100.1"),
        ("10.0.0.1", ["198.51.100.1:4711"], "198.51.100.1"),
        ("10.0.0.1", ["[2001:DB8:0::1]:4711"], "2001:db8::1"),
        ("10.0.0.1", ["2001:db8::1"], "2001:db8::1"),
        ("10.0.0.1", ["fe80::1%eth0"], "fe80::1"),
        # Everybody is trusted: the farthest.
        ("10.0.0.1", ["10.0.0.3, 10.0.0.2"], "10.0.0.3"),
        # A proxy that names nobody stands for them.
        ("10.0.0.1", [], "10.0.0.1"),
        ("10.0.0.1", [""], "10.0.0.1"),
        ("10.0.0.1", ["198.51.100.1, unknown"], "10.0.0.1"),
        ("10.0.0.1", ["198.51.100.1, _hidden, 10.0.0.2"], "10.0.0.2"),
        ("10.0.0.1", ["198.51.100.1,"], "10.0.0.1"),
        ("10.0.0.1", ["<script>, '; DROP TABLE, 999.1.1.1, 0x7f.1, 1.2.3"], "10.0.0.1"),
        ("10.0.0.1", ["198.51.100.1, 10.0.0.2\u0000"], "10.0.0.1"),
        # No address at all: a socket of the file system, a test.
        ("unknown", ["198.51.100.1"], "unknown"),
        ("", ["198.51.100.1"], ""),
    ],
)
def test_only_trusted_proxies_say_who_is_behind_them(peer: str, forwarded: list[str], address: str) -> None:
    assert nearest_untrusted_address(peer, forwarded, PROXIES) == address
    without = nearest_untrusted_address(peer, forwarded, [])
    assert without == peer.removeprefix("::ffff:")


def test_a_header_of_many_hops_costs_no_more_than_reading_it() -> None:
    assert nearest_untrusted_address("10.0.0.1", [",".join(["10.0.0.2"] * 8000)], PROXIES) == "10.0.0.2"


@pytest.mark.parametrize(
    ("address", "counted"),
    [
        ("198.51.100.1", "198.51.100.1"),
        ("2001:db8:1:2::1", "2001:db8:1:2::/64"),
        ("2001:db8:1:2:ffff:ffff:ffff:ffff", "2001:db8:1:2::/64"),
        ("2001:db8:1:3::1", "2001:db8:1:3::/64"),
        ("::1", "::/64"),
        ("unknown", "unknown"),
        ("", ""),
    ],
)
def test_the_ipv6_addresses_of_one_subscriber_are_counted_as_one(address: str, counted: str) -> None:
    assert subscriber(address) == counted
