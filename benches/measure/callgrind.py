"""Instructions in user space, counted by valgrind's callgrind over the whole server in one process (`httpd -X`)."""

import shutil
import statistics
import subprocess
from dataclasses import asdict, dataclass
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
        self.dumps = 0
        around = ["valgrind", "--tool=callgrind", "--callgrind-out-file=counts", "--quiet"]
        self.server = Server(httpd, target, mpm, around, "-X")

    def __enter__(self) -> "Counted":
        self.server.__enter__()
        self.client = Client(self.server.port)
        return self

    def __exit__(self, *failure) -> None:
        self.client.close()
        self.server.__exit__(*failure)

    def warm_up(self, workload: Workload) -> None:
        """Lets every thread serve some requests, so that nothing is made for the first time afterwards."""
        judge = self.server.target.python is not None
        self.client.send(workload, 4 * THREADS, judge)

    def window(self, workload: Workload, requests: int) -> Path:
        """Sends so many requests and returns callgrind's record of what the server did since the last dump."""
        self.client.send(workload, requests, judge=False)
        return self.dump()

    def dump(self) -> Path:
        """Writes what was counted since the last dump, and begins anew."""
        done = subprocess.run(["vgdb", f"--pid={self.server.pid}", "dump"], text=True, capture_output=True)
        self.dumps += 1
        record = self.server.root / f"counts.{self.dumps}"
        if done.returncode or not record.exists():
            raise RuntimeError(f"callgrind wrote no dump: {done.stdout}{done.stderr}")
        return record

    def per_request(self, workload: Workload, slopes: int) -> Count:
        """The slope between a window and one `LONGER` times as long: what does not grow with requests cancels out."""
        self.warm_up(workload)
        self.dump()
        few, many = workload.window, LONGER * workload.window
        return Count.of([
            (total(self.window(workload, many)) - total(self.window(workload, few))) / (many - few)
            for _ in range(slopes)
        ])


def total(record: Path) -> int:
    """The instructions in one of callgrind's records."""
    with open(record) as lines:
        for line in lines:
            if line.startswith("totals:"):
                return int(line.split()[1])
    raise RuntimeError(f"{record} has no totals")
