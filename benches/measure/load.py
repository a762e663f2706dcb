"""Time of the server under load: one second of wrk for each target in turn, round after round."""

import json
import os
import resource
import shutil
import subprocess
import time
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import asdict, dataclass, replace
from pathlib import Path

from . import BENCHES, Missing
from .client import Client
from .httpd import PREFERRED, PROCESSES, THREADS, Httpd, Server, prefer
from .targets import Target
from .workloads import Workload

SERVER_CORE, LOAD_CORE = 0, 1


@dataclass(frozen=True)
class Sample:
    """One target in one round."""

    cpu_us: float
    """CPU of all processes of the server, kernel included, per request."""
    rate: float
    """Requests per second with one core for the server."""
    p50_us: int
    p99_us: int
    others_cores: float
    """Cores that neither the server nor wrk used: how busy the machine was with something else."""

    def as_json(self) -> dict:
        return asdict(self)


class Pinned:
    """Servers of all targets, each alone on one core while the others idle."""

    def __init__(self, httpd: Httpd, targets: list[Target], mpm: str):
        for tool, package in (("wrk", "wrk"), ("taskset", "util-linux")):
            if not shutil.which(tool):
                raise Missing(f"no {tool} (Debian: {package})")
        if os.cpu_count() < 2:
            raise Missing("one core only: the server and the load must not share one")
        around = ["taskset", "-c", str(SERVER_CORE)]
        self.servers = [Server(httpd, target, mpm, around, preferred=True) for target in targets]
        self.open = ExitStack()

    def __enter__(self) -> "Pinned":
        with ExitStack() as opening:
            for server in self.servers:
                opening.callback(server.stop)
            for server in self.servers:
                opening.enter_context(server)
            self.open = opening.pop_all()
        return self

    def __exit__(self, *failure) -> None:
        self.open.__exit__(*failure)

    def rounds(self, workload: Workload, count: int) -> dict[str, list[Sample]]:
        """One sample of each target in each of `count` rounds; every round begins with another target."""
        for server in self.servers:
            client = Client(server.port)
            client.wait_until_served(workload)
            client.send(workload, 2 * THREADS, judge=server.target.python is not None)
            client.close()
            # Not kept: it fills caches, and every process and thread makes its Python states.
            self._sample(server, replace(workload, connections=PROCESSES))
        samples = {server.target.name: [] for server in self.servers}
        for number in range(count):
            first = number % len(self.servers)
            for server in self.servers[first:] + self.servers[:first]:
                samples[server.target.name].append(self._sample(server, workload))
        return samples

    def _sample(self, server: Server, workload: Workload) -> Sample:
        pids = server.pids()
        prefer(pids)
        started, busy, load = time.monotonic(), machine_s(), children_s()
        cpu = server_s(pids)
        result = wrk(server.port, workload)()
        cpu = server_s(pids) - cpu
        others = (machine_s() - busy) - cpu - (children_s() - load)
        if result["failed"] or not result["requests"]:
            raise RuntimeError(f"{server.target.name} failed under load: {result}\n{server.log()}")
        return Sample(
            cpu_us=cpu * 1e6 / result["requests"],
            rate=result["requests"] * 1e6 / result["us"],
            p50_us=result["p50_us"],
            p99_us=result["p99_us"],
            others_cores=max(0.0, others) / (time.monotonic() - started),
        )


def wrk(port: int, workload: Workload, seconds: int = 1, pinned: bool = True) -> Callable[[], dict]:
    """Begins to send the workload; what is returned waits for the end and returns what load.lua reports."""
    headers = [part for name, value in workload.headers for part in ("-H", f"{name}: {value}")]
    place = ["taskset", "-c", str(LOAD_CORE)] if pinned else []
    command = [*PREFERRED, *place, "wrk", "-t1", f"-c{workload.connections}",
               f"-d{seconds}s", "--timeout", "30s", "-s", str(BENCHES / "load.lua"), *headers,
               f"http://127.0.0.1:{port}{workload.path}"]
    environment = {**os.environ, "BODY_BYTES": str(len(workload.body))}
    started = subprocess.Popen(command, env=environment, text=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                               start_new_session=True)
    prefer([started.pid])

    def finish() -> dict:
        output, errors = started.communicate()
        if started.returncode:
            raise RuntimeError(f"wrk failed: {output}{errors}")
        return json.loads(output.splitlines()[-1])
    return finish


def server_s(pids: list[int]) -> float:
    """Seconds on a CPU of all threads of these processes, to the nanosecond as the scheduler counts."""
    return sum(
        int((task / "schedstat").read_text().split()[0]) for pid in pids for task in Path(f"/proc/{pid}/task").iterdir()
    ) / 1e9


def machine_s() -> float:
    """Seconds that all cores together were busy."""
    user, nice, system, _idle, _iowait, irq, softirq, steal = map(
        int, Path("/proc/stat").read_text().split("\n", 1)[0].split()[1:9])
    return (user + nice + system + irq + softirq + steal) / os.sysconf("SC_CLK_TCK")


def children_s() -> float:
    """Seconds on a CPU of the commands that we ran and that have ended."""
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime
