"""The requests that are measured, each with what a right answer looks like."""

import hashlib
import json
from collections.abc import Callable
from dataclasses import dataclass

MEGABYTE = 1_000_000

HEADERS = [
    ("User-Agent", "Mozilla/5.0 (X11; Linux x86_64; rv:143.0) Gecko/20100101 Firefox/143.0"),
    ("Accept", "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"),
    ("Accept-Language", "en-GB,en;q=0.8,de;q=0.5,fr;q=0.3"),
    ("Accept-Encoding", "gzip, deflate, br, zstd"),
    ("Referer", "http://intranet.example/orders/2026/11?page=3&sort=date"),
    ("Cookie", "sessionid=k2v7qf0x1o8h5t3n9d6s4b; csrftoken=Zs4GmQ8yYvJr1XcT0pLb7NfW2KdH5a; theme=dark"),
    ("Cache-Control", "no-cache"),
    ("Pragma", "no-cache"),
    ("DNT", "1"),
    ("Sec-GPC", "1"),
    ("Sec-Fetch-Dest", "document"),
    ("Sec-Fetch-Mode", "navigate"),
    ("Sec-Fetch-Site", "same-origin"),
    ("Sec-Fetch-User", "?1"),
    ("Upgrade-Insecure-Requests", "1"),
    ("Priority", "u=0, i"),
    ("X-Forwarded-For", "192.0.2.17, 198.51.100.4"),
    ("X-Forwarded-Proto", "https"),
    ("X-Request-ID", "6f1d2c3b-58a4-4c0e-9a7b-2f4e8d1c0b5a"),
    ("X-Requested-With", "XMLHttpRequest"),
]
"""What a browser behind a proxy sends: 20 headers, `Host` not counted."""


@dataclass(frozen=True)
class Workload:
    """One kind of request, sent again and again."""

    name: str
    summary: str
    path: str
    right: Callable[[bytes], bool]
    """Whether a WSGI server's answer is the expected one; the floor's is only asked for status 200."""
    headers: tuple[tuple[str, str], ...] = ()
    body: bytes = b""
    connections: int = 8
    """How many connections ask at once when the time of the server is measured."""
    window: int = 100
    """How many requests the shorter of two counted windows has; the longer one has three times as many."""


def _environ_is_right(body: bytes) -> bool:
    environ = json.loads(body)
    return all(environ.get("HTTP_" + name.upper().replace("-", "_")) == value for name, value in HEADERS)


_POSTED = b"x" * MEGABYTE
_DIGEST = hashlib.sha256(_POSTED).hexdigest().encode()

WORKLOADS = {
    workload.name: workload
    for workload in (
        Workload("hello", "GET, 12 bytes", "/hello", b"Hello World!".__eq__),
        Workload("environ", "GET with 20 headers, the environ as JSON", "/environ", _environ_is_right, tuple(HEADERS)),
        Workload("flask", "GET, one Flask view", "/flask/", b"Hello from Flask!".__eq__, window=150),
        Workload("body100k", "GET, 100 KB in one piece", "/body100k", bytes(102400).__eq__),
        Workload("gen1m", "GET, 1 MB in blocks of 64 KB", "/gen1m", bytes(1 << 20).__eq__, connections=2, window=20),
        Workload(
            "post1m", "POST of 1 MB, read and hashed (SHA-256)", "/post1m", _DIGEST.__eq__,
            body=_POSTED, connections=2, window=20,
        ),
        Workload(
            "file10m", "GET, a file of 10 MB by wsgi.file_wrapper", "/file10m", bytes(10 << 20).__eq__,
            connections=2, window=10,
        ),
    )
}
