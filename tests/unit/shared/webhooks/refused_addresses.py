"""Tables from which the vectors of the SSRF tests are made: special ranges, and the ways of writing an address."""

from collections.abc import Callable, Iterator
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network

# Typed from the IANA registries and the clouds' documentation, apart from the program's own tables.
SPECIAL_V4 = [
    "0.0.0.0-0.255.255.255",
    "10.0.0.0-10.255.255.255",
    "100.64.0.0-100.127.255.255",
    "127.0.0.0-127.255.255.255",
    "169.254.0.0-169.254.255.255",
    "172.16.0.0-172.31.255.255",
    "192.0.0.0-192.0.0.255",
    "192.0.2.0-192.0.2.255",
    "192.31.196.0-192.31.196.255",
    "192.52.193.0-192.52.193.255",
    "192.88.99.0-192.88.99.255",
    "192.168.0.0-192.168.255.255",
    "192.175.48.0-192.175.48.255",
    "198.18.0.0-198.19.255.255",
    "198.51.100.0-198.51.100.255",
    "203.0.113.0-203.0.113.255",
    "224.0.0.0-239.255.255.255",
    "240.0.0.0-255.255.255.255",
]
SPECIAL_V6 = [
    ("::", "::ffff"),
    ("::1", "::1"),
    ("64:ff9b:1::", "64:ff9b:1:ffff:ffff:ffff:ffff:ffff"),
    ("100::", "100::ffff:ffff:ffff:ffff"),
    ("100:0:0:1::", "100:0:0:1:ffff:ffff:ffff:ffff"),
    ("2001::", "2001:0:ffff:ffff:ffff:ffff:ffff:ffff"),
    ("2001:2::", "2001:2:0:ffff:ffff:ffff:ffff:ffff"),
    ("2001:10::", "2001:1f:ffff:ffff:ffff:ffff:ffff:ffff"),
    ("2001:20::", "2001:2f:ffff:ffff:ffff:ffff:ffff:ffff"),
    ("2001:db8::", "2001:db8:ffff:ffff:ffff:ffff:ffff:ffff"),
    ("2002::", "2002:ffff:ffff:ffff:ffff:ffff:ffff:ffff"),
    ("2620:4f:8000::", "2620:4f:8000:ffff:ffff:ffff:ffff:ffff"),
    ("3fff::", "3fff:fff:ffff:ffff:ffff:ffff:ffff:ffff"),
    ("4000::", "5eff:ffff:ffff:ffff:ffff:ffff:ffff:ffff"),
    ("5f00::", "5f00:ffff:ffff:ffff:ffff:ffff:ffff:ffff"),
    ("fc00::", "fdff:ffff:ffff:ffff:ffff:ffff:ffff:ffff"),
    ("fe80::", "febf:ffff:ffff:ffff:ffff:ffff:ffff:ffff"),
    ("fec0::", "feff:ffff:ffff:ffff:ffff:ffff:ffff:ffff"),
    ("ff00::", "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff"),
]
METADATA = [
    "169.254.169.254",
    "169.254.170.2",
    "169.254.170.23",
    "169.254.42.42",
    "169.254.0.23",
    "168.63.129.16",
    "100.100.100.200",
    "192.0.0.192",
    "fd00:ec2::254",
    "fd00:ec2::23",
    "fd20:ce::254",
    "fd00:42::42",
    "fe80::a9fe:a9fe",
]
PUBLIC = [
    "1.1.1.1",
    "8.8.8.8",
    "168.63.129.15",
    "168.63.129.17",
    "2606:4700:4700::1111",
    "2001:4860:4860::8888",
    "2001:200::1",
    "2a00:1450:4001:830::200e",
    "2400:cb00:2048:1::c629:d7a2",
    "3fff:1000::1",
    "::ffff:8.8.8.8",
    "64:ff9b::8.8.8.8",
    "2606:4700::5efe:808:808",
]


def special_v4() -> list[IPv4Address]:
    """The first, a middle and the last address of each special range."""
    pairs = [[int(IPv4Address(end)) for end in text.split("-")] for text in SPECIAL_V4]
    return sorted({IPv4Address(n) for first, last in pairs for n in (first, (first + last) // 2, last)})


def neighbours_v4() -> Iterator[IPv4Address]:
    """The public addresses right before and after each special range."""
    pairs = [[int(IPv4Address(end)) for end in text.split("-")] for text in SPECIAL_V4]
    for n in (n for first, last in pairs for n in (first - 1, last + 1)):
        if 0 <= n < 2**32 and not any(first <= n <= last for first, last in pairs):
            yield IPv4Address(n)


def special_v6() -> list[IPv6Address]:
    """The first, a middle and the last address of each special range."""
    pairs = [(int(IPv6Address(first)), int(IPv6Address(last))) for first, last in SPECIAL_V6]
    return sorted({IPv6Address(n) for first, last in pairs for n in (first, (first + last) // 2, last)})


def _put(prefix: str, value: int, shift: int) -> IPv6Address:
    return IPv6Address(int(IPv6Address(prefix)) | value << shift)


def _split(prefix: str, ip: IPv4Address, length: int) -> IPv6Address:
    """The NAT64 form of RFC 6052 with a prefix of that many bits: bits 64 to 71 stay zero."""
    bits = f"{int(ip):032b}"
    before = 64 - length
    tail = (bits[:before] + "0" * 8 + bits[before:]).ljust(128 - length, "0")
    return IPv6Address(int(IPv6Address(prefix)) | int(tail, 2))


# Forms in which an IPv6 address delivers to, or stands for, an IPv4 one.
TRANSITIONS: dict[str, Callable[[IPv4Address], IPv6Address]] = {
    "mapped": lambda ip: _put("::ffff:0:0", int(ip), 0),
    "compatible": lambda ip: _put("::", int(ip), 0),
    "nat64": lambda ip: _put("64:ff9b::", int(ip), 0),
    "local nat64 /96": lambda ip: _put("64:ff9b:1::", int(ip), 0),
    "local nat64 /48": lambda ip: _split("64:ff9b:1::", ip, 48),
    "6to4": lambda ip: _put("2002::", int(ip), 80),
    "teredo": lambda ip: _put("2001::", int(ip) ^ 0xFFFFFFFF, 0),
    "isatap": lambda ip: _put("2606:4700::5efe:0:0", int(ip), 0),
    "isatap, universal": lambda ip: _put("2606:4700::200:5efe:0:0", int(ip), 0),
}
# Prefixes that an operator may have chosen for NAT64; only metadata addresses are looked for there.
OWN_NAT64: dict[int, Callable[[IPv4Address], IPv6Address]] = {
    32: lambda ip: _split("2606:4700::", ip, 32),
    40: lambda ip: _split("2606:4700:100::", ip, 40),
    48: lambda ip: _split("2606:4700:1::", ip, 48),
    56: lambda ip: _split("2606:4700:1:100::", ip, 56),
    64: lambda ip: _split("2606:4700:1:1::", ip, 64),
    96: lambda ip: _put("2606:4700:1:1::", int(ip), 0),
}


def spellings_v4(ip: IPv4Address) -> list[str]:
    """Hosts that one resolver or another reads as this address."""
    a, b, c, d = ip.packed
    n = int(ip)
    return [
        f"{a}.{b}.{c}.{d}",
        f"{a}.{b}.{c}.{d}.",
        str(n),
        f"{n:#x}",
        f"{n:#X}",
        f"0{n:o}",
        f"{a}.{n & 0xFFFFFF}",
        f"{a}.{b}.{n & 0xFFFF}",
        f"{a:#x}.{b:#x}.{c:#x}.{d:#x}",
        f"0{a:o}.0{b:o}.0{c:o}.0{d:o}",
        f"{a:04o}.{b}.{c:#x}.{d}",
        f"{a:03}.{b:03}.{c:03}.{d:03}0",
        f"{a}%2e{b}%2e{c}%2e{d}",
        f"{a}。{b}。{c}。{d}",
        "".join(chr(0xFF10 + int(char)) if char.isdigit() else char for char in f"{a}.{b}.{c}.{d}"),
    ]


def spellings_v6(ip: IPv6Address) -> list[str]:
    """The ways of writing this address in a URL."""
    return [f"[{ip}]", f"[{ip.exploded}]", f"[{ip}]".upper(), f"[{ip}%25eth0]", f"[{ip}%1]"]


EVERYTHING = (IPv4Network("0.0.0.0/0"), IPv6Network("::/0"))
