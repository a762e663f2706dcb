"""Requests that compute for 5 ms in Python: how much of two cores does one process make of them?"""

import statistics
import subprocess
import time
from contextlib import ExitStack
from dataclasses import dataclass

from . import BENCHES
from .client import Client
from .finding import Finding, configured
from .httpd import Httpd, Server, prefer
from .load import children_s, machine_s, server_s, wrk
from .report import spread
from .targets import Target
from .workloads import Workload

REQUEST_MS = 5
SECONDS = 2
SCRIPT = BENCHES / "apps" / "busy.wsgi"

TIMED = """
import sys, time
def run(loops):
    for _ in range(loops):
        pass
    return None
run(100_000)
def once():
    began = time.thread_time()
    run(1_000_000)
    return time.thread_time() - began
print(min(once() for _ in range(7)))
"""


@dataclass(frozen=True)
class Busy:
    """One target in one round."""

    rate: float
    cores: float
    """Cores that the server used."""
    others: float


def two_groups(httpd: Httpd, mpm: str, mod_wsgi: Target, clutch: Target, rounds: int) -> Finding:
    """Two application groups in one process, 2 connections each."""
    mounts = [f"WSGIScriptAlias /{name} {SCRIPT} application-group={name}" for name in ("a", "b")]
    targets = [
        configured(mod_wsgi, "mod_wsgi", *mounts),
        configured(mod_wsgi, "mod_wsgi, WSGIPerInterpreterGIL On", "WSGIPerInterpreterGIL On", *mounts),
        configured(clutch, "clutch, shared GIL", *mounts),
        configured(clutch, "clutch, ClutchIsolation own-gil", "ClutchIsolation own-gil", *mounts),
        configured(clutch, "clutch, ClutchIsolation own-gil, daemon", "ClutchIsolation own-gil",
                   "WSGIDaemonProcess bench", *(f"{line} process-group=bench" for line in mounts)),
    ]
    return _compared(httpd, mpm, targets, ["/a", "/b"], 2, rounds,
                     f"two application groups in one process, {REQUEST_MS} ms of Python a request")


def one_group(httpd: Httpd, mpm: str, mod_wsgi: Target, clutch: Target, rounds: int) -> Finding:
    """One application group in one process, 4 connections."""
    mount = f"WSGIScriptAlias /a {SCRIPT} application-group=a"
    own, two = "ClutchIsolation own-gil", "ClutchInterpreters 2"
    targets = [
        configured(mod_wsgi, "mod_wsgi, one process", mount),
        configured(clutch, "clutch", mount),
        configured(clutch, "clutch, ClutchInterpreters 2", own, two, mount),
        configured(clutch, "clutch, ClutchInterpreters 2, daemon", own, two, "WSGIDaemonProcess bench",
                   f"{mount} process-group=bench"),
    ]
    return _compared(httpd, mpm, targets, ["/a"], 4, rounds,
                     f"one application group in one process, {REQUEST_MS} ms of Python a request")


def _compared(httpd: Httpd, mpm: str, targets: list[Target], paths: list[str], connections: int, rounds: int,
              title: str) -> Finding:
    loops = _loops(targets[0])
    workloads = [
        Workload(path[1:], "", f"{path}?{loops}", b"done\n".__eq__, connections=connections) for path in paths
    ]
    taken: dict[str, list[Busy]] = {target.name: [] for target in targets}
    with ExitStack() as stack:
        servers = [stack.enter_context(Server(httpd, target, mpm, preferred=True)) for target in targets]
        for server in servers:
            for workload in workloads:
                client = Client(server.port)
                client.wait_until_served(workload)
                client.send(workload, 10, judge=True)
                client.close()
            _sample(server, workloads)
        for number in range(rounds):
            first = number % len(servers)
            for server in servers[first:] + servers[:first]:
                taken[server.target.name].append(_sample(server, workloads))
    base = taken[targets[0].name]
    rows = [
        [name, spread([one.rate for one in busy], "{:,.0f}"),
         spread([one.rate / of.rate for one, of in zip(busy, base)], "{:.2f}"),
         spread([one.cores for one in busy], "{:.2f}"), f"{statistics.median(one.others for one in busy):.1f}"]
        for name, busy in taken.items()
    ]
    raw = {name: [vars(one) for one in busy] for name, busy in taken.items()}
    head = ["target", "requests/s", f"÷ {targets[0].name}", "cores used", "others' cores"]
    others = statistics.median(one.others for busy in taken.values() for one in busy)
    return Finding(title, head, rows, raw, others)


def _sample(server: Server, workloads: list[Workload]) -> Busy:
    """Asks for all workloads at once."""
    pids = server.pids()
    prefer(pids)
    began, busy, load, cpu = time.monotonic(), machine_s(), children_s(), server_s(pids)
    running = [wrk(server.port, workload, SECONDS, pinned=False) for workload in workloads]
    results = [finish() for finish in running]
    took, cpu = time.monotonic() - began, server_s(pids) - cpu
    if failed := [result for result in results if result["failed"] or not result["requests"]]:
        raise RuntimeError(f"{server.target.name} failed under load: {failed}\n{server.log()}")
    others = machine_s() - busy - cpu - (children_s() - load)
    return Busy(sum(result["requests"] * 1e6 / result["us"] for result in results), cpu / took, max(0, others) / took)


def _loops(target: Target) -> int:
    """How often the application must go round for `REQUEST_MS`, on this machine and Python."""
    done = subprocess.run([target.python.home / "bin" / "python", "-c", TIMED], check=True, text=True,
                          capture_output=True)
    return round(REQUEST_MS / 1000 * 1_000_000 / float(done.stdout))
