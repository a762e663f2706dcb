"""System calls of the whole server, counted by strace while one connection asks."""

import shutil
import signal
import subprocess
from collections import Counter

from . import Missing
from .client import Client
from .httpd import THREADS, Httpd, Server
from .targets import Target
from .workloads import Workload


def count(httpd: Httpd, target: Target, mpm: str, workload: Workload, requests: int) -> Counter:
    """How often each system call was made during so many requests."""
    if not shutil.which("strace"):
        raise Missing("no strace (Debian: strace)")
    with Server(httpd, target, mpm) as server:
        client = Client(server.port)
        client.wait_until_served(workload)
        client.send(workload, 4 * THREADS, judge=target.python is not None)
        table = server.root / "syscalls"
        pids = server.pids()
        chosen = [part for pid in pids for part in ("-p", str(pid))]
        strace = subprocess.Popen(["strace", "-f", "-c", "-o", table, *chosen], text=True, stderr=subprocess.PIPE)
        _wait_until_attached(strace, len(pids))
        client.send(workload, requests, judge=False)
        strace.send_signal(signal.SIGINT)
        strace.communicate()
        client.close()
        return _read(table.read_text())


def per_request(httpd: Httpd, target: Target, mpm: str, workloads: dict[str, Workload]) -> dict[str, float]:
    """System calls per request of each workload, by its name."""
    return {name: count(httpd, target, mpm, workload, 3 * workload.window).total() / (3 * workload.window)
            for name, workload in workloads.items()}


def _wait_until_attached(strace: subprocess.Popen, processes: int) -> None:
    for _ in range(processes):
        line = strace.stderr.readline()
        if "attached" not in line:
            raise Missing(f"strace cannot attach: {line.strip()}")


def _read(table: str) -> Counter:
    """Lines such as ` 25.00    0.000100           2        50         3 read`; the column of errors may be empty."""
    calls = Counter()
    for line in table.splitlines():
        parts = line.split()
        if len(parts) in (5, 6) and parts[3].isdigit() and parts[-1] != "total":
            calls[parts[-1]] += int(parts[3])
    return calls
