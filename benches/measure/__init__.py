"""Side-by-side measurements of WSGI modules in one httpd; `benches/run` and `benches/profile` are the commands."""

from pathlib import Path

BENCHES = Path(__file__).resolve().parent.parent
ROOT = BENCHES.parent
OUT = ROOT / "build" / "bench"
"""What is built, installed and written for a measurement; may be deleted at any time."""


class Missing(Exception):
    """Something that a measurement needs is not there; the text says what, and how to get it."""
