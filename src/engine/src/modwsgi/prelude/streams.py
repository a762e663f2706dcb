"""The standard streams: what an application writes to them becomes lines of the error log."""

import io
import sys


class Restricted:
    """A standard stream that may not be used: every attribute raises OSError."""

    __module__ = "mod_wsgi"
    __slots__ = ("_name",)

    def __init__(self, name):
        object.__setattr__(self, "_name", name)

    def __getattribute__(self, attribute):
        name = object.__getattribute__(self, "_name")
        raise OSError(f"{name} is not available here: the server's configuration restricts it")


def text_stream(log):
    return io.TextIOWrapper(log, encoding="utf-8", errors="replace", line_buffering=True, write_through=True)


def replace_streams(facts):
    sys.stderr = text_stream(facts["stderr"])
    if facts["restrict_stdout"]:
        sys.stdout = Restricted("sys.stdout")
    elif not facts["single_process"]:
        sys.stdout = text_stream(facts["stdout"])
    if facts["restrict_stdin"]:
        sys.stdin = Restricted("sys.stdin")
