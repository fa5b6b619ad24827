from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address

import httpx2
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from shared.webhooks.addresses import Address, Network, check_answers, check_ip, check_url
from shared.webhooks.errors import TargetRefused
from tests.unit.shared.webhooks.refused_addresses import (
    EVERYTHING,
    METADATA,
    OWN_NAT64,
    PUBLIC,
    TRANSITIONS,
    neighbours_v4,
    special_v4,
    special_v6,
    spellings_v4,
    spellings_v6,
)

LOOPBACK: list[Network] = [IPv4Network("127.0.0.0/8"), IPv6Network("::1/128")]
TARGETS_V4 = [IPv4Address(text) for text in ("127.0.0.1", "10.0.0.1", "169.254.169.254", "192.168.1.1", "0.0.0.0")]

# Forms of different addresses can coincide, so duplicates are removed.
REFUSED_IPS: list[Address] = list(
    dict.fromkeys(
        [
            *special_v4(),
            *special_v6(),
            *(ip_address(text) for text in METADATA),
            *(form(ip) for form in TRANSITIONS.values() for ip in special_v4()),
        ]
    )
)
REFUSED_HOSTS = list(
    dict.fromkeys(
        [
            *(host for ip in TARGETS_V4 for host in spellings_v4(ip)),
            *(host for form in TRANSITIONS.values() for ip in TARGETS_V4 for host in spellings_v6(form(ip))),
            *(host for ip in special_v6() for host in spellings_v6(ip)),
        ]
    )
)


def test_there_are_enough_vectors() -> None:
    assert min(len(REFUSED_IPS), len(REFUSED_HOSTS)) >= 400


@pytest.mark.parametrize("ip", REFUSED_IPS, ids=str)
def test_a_special_address_is_refused_in_every_transition_form(ip: Address) -> None:
    with pytest.raises(TargetRefused):
        check_ip(ip, [])


@pytest.mark.parametrize("host", REFUSED_HOSTS)
def test_a_url_to_a_special_address_is_refused_in_every_spelling(host: str) -> None:
    with pytest.raises(TargetRefused):
        check_url(f"https://{host}/hook", [])


@pytest.mark.parametrize("ip", [*neighbours_v4(), *map(ip_address, PUBLIC)], ids=str)
def test_public_addresses_pass_up_to_the_edge_of_every_special_range(ip: Address) -> None:
    check_ip(ip, [])
    check_url(f"https://{ip if ip.version == 4 else f'[{ip}]'}/hook", [])


@given(st.ip_addresses())
def test_what_the_standard_library_does_not_call_global_is_refused(ip: Address) -> None:
    plain = (ip.ipv4_mapped if isinstance(ip, IPv6Address) else None) or ip
    if not plain.is_global:
        with pytest.raises(TargetRefused):
            check_ip(ip, [])


@pytest.mark.parametrize("text", METADATA)
def test_metadata_stays_refused_when_everything_is_allowed(text: str) -> None:
    with pytest.raises(TargetRefused):
        check_ip(ip_address(text), [*EVERYTHING, *LOOPBACK])
    host = f"[{text}]" if ":" in text else text
    with pytest.raises(TargetRefused):
        check_url(f"http://{host}/latest/meta-data", EVERYTHING)


@pytest.mark.parametrize("form", [*TRANSITIONS, *OWN_NAT64])
@pytest.mark.parametrize("text", [text for text in METADATA if "." in text])
def test_metadata_hidden_in_ipv6_stays_refused_when_everything_is_allowed(text: str, form: str | int) -> None:
    hide = TRANSITIONS[form] if isinstance(form, str) else OWN_NAT64[form]
    with pytest.raises(TargetRefused):
        check_ip(hide(IPv4Address(text)), EVERYTHING)


def test_link_local_stays_refused_when_everything_is_allowed() -> None:
    for text in ("169.254.1.1", "fe80::1", "fe80::1%eth0", "::ffff:169.254.1.1"):
        with pytest.raises(TargetRefused):
            check_ip(ip_address(text), EVERYTHING)


@pytest.mark.parametrize("text", ["127.0.0.1", "127.9.9.9", "::1", "::ffff:127.0.0.1"])
def test_the_allow_list_lets_loopback_in(text: str) -> None:
    check_ip(ip_address(text), LOOPBACK)


@pytest.mark.parametrize("text", ["10.0.0.1", "169.254.169.254", "::ffff:10.0.0.1", "fd00:ec2::254", "192.168.0.1"])
def test_allowing_loopback_opens_nothing_else(text: str) -> None:
    with pytest.raises(TargetRefused):
        check_ip(ip_address(text), LOOPBACK)


@pytest.mark.parametrize("form", [name for name in TRANSITIONS if name != "mapped"])
def test_allowing_loopback_opens_no_tunnel_to_it(form: str) -> None:
    with pytest.raises(TargetRefused):
        check_ip(TRANSITIONS[form](IPv4Address("127.0.0.1")), [IPv4Network("127.0.0.0/8")])


GOOD_URLS = [
    "https://example.com",
    "https://example.com/",
    "https://example.com:443/hook",
    "HTTPS://EXAMPLE.COM/Hook",
    "https://a.b.c.d.example.co.uk/hook?x=1&y=%2F",
    "https://hooks.example.com/@user/in:box?to=a@b.example",
    "https://hooks.example.com?token=a/b",
    "https://xn--bcher-kva.example/hook",
    "https://bücher.example/hook",
    "https://例え.jp/フック",
    "https://my_service.example.com/hook",
    "https://1password.com/hook",
    "https://3com.example.com/",
    "https://127.0.0.1.example.com/",
    "https://localhost.example.com/",
    "https://internal.example.com/",
    "https://1.1.1.1/hook",
    "https://[2606:4700:4700::1111]:443/hook",
    f"https://{'a' * 63}.example.com/",
    f"https://example.com/{'x' * (2048 - len('https://example.com/'))}",
]


@pytest.mark.parametrize("url", GOOD_URLS)
@pytest.mark.parametrize("allow", [[], LOOPBACK], ids=["nothing allowed", "loopback allowed"])
def test_a_good_url_passes(url: str, allow: list[Network]) -> None:
    check_url(url, allow)


# No setting of `allow` makes these right.
BAD_URLS = [
    ("", "must start with https://"),
    ("example.com/hook", "must start with https://"),
    ("//example.com/hook", "must start with https://"),
    ("https:/example.com", "must start with https://"),
    ("https:example.com", "must start with https://"),
    ("http://example.com/hook", "must start with https://"),
    ("http://1.1.1.1/hook", "must start with https://"),
    ("ftp://example.com/hook", "must start with https://"),
    ("file:///etc/passwd", "must start with https://"),
    ("gopher://127.0.0.1:6379/_FLUSHALL", "must start with https://"),
    ("javascript:alert(1)", "must start with https://"),
    ("httpſ://example.com", "must start with https://"),
    ("https://", "host"),
    ("https:///hook", "host"),
    ("https://?x", "host"),
    ("https://:443/", "host"),
    ("https://user@example.com/", "user name"),
    ("https://user:password@example.com/", "user name"),
    ("https://@example.com/", "user name"),
    ("https://example.com@127.0.0.1/", "user name"),
    ("https://127.0.0.1@example.com/", "user name"),
    ("https://example.com#@127.0.0.1/", "fragment"),
    ("https://example.com/hook#part", "fragment"),
    ("https://example.com\\@127.0.0.1/", "user name"),
    ("https://example.com\\.127.0.0.1/", "host"),
    ("https://127.0.0.1\\.example.com/", "host"),
    ("https://exa mple.com/", "spaces or control"),
    (" https://example.com/", "spaces or control"),
    ("https://example.com/hook\n", "spaces or control"),
    ("https://example.com/\r\nHost: x", "spaces or control"),
    ("https://example.com/\x00", "spaces or control"),
    ("https://exam\u200bple.com/", "spaces or control"),
    ("https://exam\u202eple.com/", "spaces or control"),
    ("https://example.com/\ud800", "spaces or control"),
    ("https://example.com\u00a0/", "spaces or control"),
    ("https://example.com./hook", "valid name"),
    ("https://.example.com/", "valid name"),
    ("https://example..com/", "valid name"),
    ("https://-a.example.com/", "valid name"),
    ("https://a-.example.com/", "valid name"),
    ("https://a*b.example.com/", "valid name"),
    ("https://a!$&'()+,;=.example.com/", "valid name"),
    (f"https://{'a' * 64}.example.com/", "valid name"),
    (f"https://{'a.' * 127}com/", "valid name"),
    ("https://%31%32%37.0.0.1/", "host"),
    ("https://[::1/", "host"),
    ("https://::1/", "host"),
    ("https://[]/", "host"),
    ("https://[1.1.1.1]/", "not valid"),
    ("https://[::g]/", "host"),
    ("https://[fe80::1%25eth0]/", "host"),
    ("https://example.com:/", "host"),
    ("https://example.com:port/", "host"),
    ("https://example.com:-1/", "host"),
    ("https://example.com:４４３/", "host"),
    ("https://example.com:0/", "port"),
    ("https://example.com:65536/", "port"),
    ("https://example.com:99999/", "port"),
    ("https://example.com:443:443/", "host"),
    ("https://①②⑦.⓪.⓪.①/", "not valid"),
    ("https://ｌocalhost/", "not valid"),
    ("https://2130706433/", "four decimal numbers"),
    ("https://127.1/", "four decimal numbers"),
    ("https://0x7f.1/", "four decimal numbers"),
    ("https://1.2.3.4.5/", "four decimal numbers"),
    ("https://example.123/", "four decimal numbers"),
    ("https://256.256.256.256/", "not valid"),
    ("https://0177.0.0.1/", "not valid"),
    (f"https://example.com/{'x' * 2048}", "2048 characters"),
]


@pytest.mark.parametrize(("url", "reason"), BAD_URLS)
@pytest.mark.parametrize("allow", [[], LOOPBACK], ids=["nothing allowed", "loopback allowed"])
def test_a_bad_url_is_refused_with_its_reason(url: str, reason: str, allow: list[Network]) -> None:
    with pytest.raises(TargetRefused) as caught:
        check_url(url, allow)
    assert reason in caught.value.detail


# What these stand for is known only on the machine that dials them.
LOCAL_URLS = [
    "https://receiver/hook",
    "https://printer.local/",
    "https://metadata.google.internal/",
    "https://internal/",
    "https://app.localhost/",
    "https://localhost.localdomain/",
    "https://wiki.corp/",
    "https://router.lan/",
    "https://nas.home.arpa/",
    "https://intranet/",
    "https://hooks.example.com:8443/",
    "https://hooks.example.com:22/",
    "https://receiver:9000/hook",
]


@pytest.mark.parametrize("url", LOCAL_URLS)
def test_local_names_and_other_ports_are_left_to_the_dialling_only_where_something_is_allowed(url: str) -> None:
    check_url(url, LOOPBACK)
    with pytest.raises(TargetRefused, match=r"public name|port 443"):
        check_url(url, [])


@pytest.mark.parametrize("url", LOCAL_URLS)
def test_local_names_and_other_ports_reach_what_is_allowed_and_never_the_public(url: str) -> None:
    target = httpx2.URL(url)
    host, port = target.host, target.port or 443
    check_answers(host, port, [IPv4Address("127.0.0.1")], LOOPBACK)
    with pytest.raises(TargetRefused, match=r"public name|port 443"):
        check_answers(host, port, [IPv4Address("1.1.1.1")], LOOPBACK)


@pytest.mark.parametrize(
    "url", ["http://127.0.0.1/", "http://127.0.0.1:9000/hook", "http://[::1]:9000/", "http://localhost:9000/"]
)
def test_plain_http_reaches_allowed_addresses_only(url: str) -> None:
    check_url(url, LOOPBACK)
    with pytest.raises(TargetRefused, match="must start with https://"):
        check_url(url, [])


def test_plain_http_to_a_name_is_refused_even_where_something_is_allowed() -> None:
    with pytest.raises(TargetRefused, match="must start with https://"):
        check_url("http://receiver:9000/hook", LOOPBACK)


@pytest.mark.parametrize("allow", LOOPBACK, ids=str)
def test_localhost_needs_only_the_half_that_is_allowed(allow: Network) -> None:
    check_url("http://localhost:9000/", [allow])


def test_a_public_address_has_only_port_443() -> None:
    with pytest.raises(TargetRefused, match="port 443"):
        check_url("https://1.1.1.1:8443/", LOOPBACK)
    check_url("https://1.1.1.1:8443/", [IPv4Network("1.1.1.0/24")])


def test_one_refused_answer_among_good_ones_refuses_the_host() -> None:
    good: list[Address] = [IPv4Address("1.1.1.1"), IPv6Address("2606:4700:4700::1111")]
    check_answers("example.com", 443, good, [])
    for bad in map(ip_address, ("10.0.0.1", "::1", "64:ff9b::10.0.0.1")):
        for position in range(3):
            with pytest.raises(TargetRefused):
                check_answers("example.com", 443, [*good[:position], bad, *good[position:]], [])


def test_the_refusal_is_a_client_error_with_a_name() -> None:
    assert (TargetRefused.status, TargetRefused.code) == (400, "callback-url-refused")
    assert TargetRefused().detail == "Callbacks cannot be sent to this address."


URL_LIKE = st.builds(
    "{}://{}{}{}".format,
    st.sampled_from(["https", "http", "HTTPS", "ftp", ""]),
    st.text(max_size=30)
    | st.ip_addresses().map(str)
    | st.ip_addresses(v=6).map("[{}]".format)
    | st.text(alphabet="0123456789abcdefxX.:@[]%", max_size=30),
    st.sampled_from(["", ":443", ":80", ":"]),
    st.text(max_size=10).map("/{}".format) | st.just(""),
)


@given(url=st.text() | URL_LIKE, allow=st.sampled_from([[], LOOPBACK]))
@example(url="https://[::ffff:1.1.1.1]:443", allow=[])
@example(url="HTTPS://0.A:443", allow=[])
def test_any_text_is_either_refused_or_safe_to_dial(url: str, allow: list[Network]) -> None:
    try:
        check_url(url, allow)
    except TargetRefused:
        return
    target = httpx2.URL(url)
    assert target.userinfo == b""
    assert target.raw_host.decode("ascii")
    if not allow:
        # The usual port of a scheme in capitals is kept.
        assert (target.scheme, target.port or 443) == ("https", 443)
