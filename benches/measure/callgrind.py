"""Instructions in user space, counted by valgrind's callgrind over the whole server.

A target that is a module alone runs in one process (`httpd -X`); else httpd's child, its daemons and a server beside
httpd are counted together.
"""

import shutil
import statistics
import subprocess
from collections import Counter
from dataclasses import asdict, dataclass
from itertools import dropwhile
from pathlib import Path

from . import Missing
from .client import Client
from .httpd import THREADS, Httpd, Server
from .targets import Target
from .workloads import Workload

LONGER = 3
"""The longer window has so many times the requests of the shorter one."""


@dataclass(frozen=True)
class Count:
    """User-space instructions per request: the middle of several slopes, and the smallest and largest of them."""

    median: float
    least: float
    most: float

    @staticmethod
    def of(slopes: list[float]) -> "Count":
        return Count(statistics.median(slopes), min(slopes), max(slopes))

    def as_json(self) -> dict:
        return asdict(self)


class Counted:
    """A server under callgrind, and one connection to it."""

    def __init__(self, httpd: Httpd, target: Target, mpm: str):
        if not shutil.which("valgrind") or not shutil.which("vgdb"):
            raise Missing("no valgrind (Debian: valgrind)")
        self.dumps: Counter[int] = Counter()
        around = ["valgrind", "--tool=callgrind", "--callgrind-out-file=counts.%p", "--quiet", "--trace-children=yes"]
        self.server = Server(httpd, target, mpm, around, "-X" if target.alone else "-DFOREGROUND")

    def __enter__(self) -> "Counted":
        self.server.__enter__()
        self.client = Client(self.server.port)
        return self

    def __exit__(self, *failure) -> None:
        self.client.close()
        self.server.__exit__(*failure)

    def warm_up(self, workload: Workload) -> None:
        """Lets every thread serve some requests, so that nothing is made for the first time afterwards."""
        self.client.wait_until_served(workload)
        judge = self.server.target.python is not None
        self.client.send(workload, 4 * THREADS, judge)

    def window(self, workload: Workload, requests: int) -> dict[str, Path]:
        """Sends so many requests and returns callgrind's records of what the server did since the last dump."""
        self.client.send(workload, requests, judge=False)
        return self.dump()

    def dump(self) -> dict[str, Path]:
        """Writes what each process counted since the last dump, by process, and begins anew."""
        return {f"{_program(pid)} {pid}": self._dump(pid) for pid in self.server.pids()}

    def _dump(self, pid: int) -> Path:
        done = subprocess.run(["vgdb", f"--pid={pid}", "dump"], text=True, capture_output=True)
        self.dumps[pid] += 1
        record = self.server.root / f"counts.{pid}.{self.dumps[pid]}"
        if done.returncode or not record.exists():
            raise RuntimeError(f"callgrind wrote no dump of {pid}: {done.stdout}{done.stderr}")
        return record

    def per_request(self, workload: Workload, slopes: int) -> Count:
        """The slope between a window and one `LONGER` times as long: what does not grow with requests cancels out."""
        self.warm_up(workload)
        self.dump()
        few, many = workload.window, LONGER * workload.window
        return Count.of([
            (_all(self.window(workload, many)) - _all(self.window(workload, few))) / (many - few)
            for _ in range(slopes)
        ])


def _all(records: dict[str, Path]) -> int:
    return sum(total(record) for record in records.values())


def _program(pid: int) -> str:
    """What a process runs: the first words of its command that are no options of valgrind's."""
    words = Path(f"/proc/{pid}/cmdline").read_text().split("\0")[1:]
    own = list(dropwhile(lambda word: word.startswith("-"), words))
    return " ".join([Path(own[0]).name, *(word for word in own[1:2] if word.isalpha())]) if own else "?"


def total(record: Path) -> int:
    """The instructions in one of callgrind's records."""
    with open(record) as lines:
        for line in lines:
            if line.startswith("totals:"):
                return int(line.split()[1])
    raise RuntimeError(f"{record} has no totals")
