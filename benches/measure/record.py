"""Reads callgrind's records: what each library and each function cost, and how often it was called."""

from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path


@dataclass
class Record:
    """Instructions of one window; a function is named with its library, `malloc  libc.so.6`."""

    by_library: Counter = field(default_factory=Counter)
    own: Counter = field(default_factory=Counter)
    """Without what the function calls."""
    below: Counter = field(default_factory=Counter)
    """With all that it calls; more than once for a function that calls itself."""
    calls: Counter = field(default_factory=Counter)

    @staticmethod
    def read(path: Path) -> "Record":
        record, names = Record(), Names()
        library = function = callee = callee_library = ""
        with open(path) as lines:
            for line in lines:
                key, _, value = line.rstrip("\n").partition("=")
                if key == "ob":
                    library = names.of("ob", value)
                elif key == "fn":
                    function = f"{names.of('fn', value)}  {library}"
                elif key == "cob":
                    callee_library = names.of("ob", value)
                elif key == "cfn":
                    callee = f"{names.of('fn', value)}  {callee_library or library}"
                elif key == "calls":
                    record._add_call(function, callee, int(value.split()[0]), _cost(next(lines)))
                    callee_library = ""
                elif line[:1] in "0123456789+-*" and line.strip():
                    record._add_own(library, function, _cost(line))
        return record

    def _add_call(self, caller: str, callee: str, times: int, cost: int) -> None:
        self.below[caller] += cost
        self.calls[callee] += times

    def _add_own(self, library: str, function: str, cost: int) -> None:
        self.by_library[library] += cost
        self.own[function] += cost
        self.below[function] += cost


class Names:
    """Callgrind writes a name once, as `(7) name`, and then `(7)`."""

    def __init__(self):
        self.known: dict[tuple[str, str], str] = {}

    def of(self, kind: str, text: str) -> str:
        number, _, name = text.partition(" ")
        if name:
            self.known[kind, number] = name.rsplit("/", 1)[-1] if kind == "ob" else name
        return self.known.get((kind, number), text)


def _cost(line: str) -> int:
    """`<line number> <instructions>`"""
    parts = line.split()
    return int(parts[1]) if len(parts) > 1 else 0
