"""Which targets meet which workloads, and what they are divided by."""

from dataclasses import dataclass

from .workloads import WORKLOADS, Workload


@dataclass(frozen=True)
class Suite:
    """Workloads that the same targets answer in one run; its tables stand between its own marks in the document."""

    name: str
    about: str
    prefix: str
    """Put before the names of its workloads."""
    chosen: tuple[str, ...]
    targets: tuple[str, ...]
    base: str
    """The target that the others are divided by."""
    figures: tuple[str, ...]

    def workloads(self) -> dict[str, Workload]:
        return {self.prefix + name: WORKLOADS[name] for name in self.chosen}


SUITES = (
    Suite(
        "embedded", "embedded mode, one application group a workload", "",
        ("hello", "environ", "flask", "body100k", "post1m"),
        ("floor", "mod_wsgi", "clutch"), "mod_wsgi", ("instructions", "load"),
    ),
    Suite(
        "daemon", "1 child of 25 threads; 1 daemon process, or server behind the proxy, of 15 threads", "daemon-",
        ("hello", "flask", "body100k", "gen1m", "file10m", "post1m"),
        ("mod_wsgi-daemon", "clutch-daemon", "clutch", "uwsgi", "granian"), "mod_wsgi-daemon",
        ("instructions", "syscalls", "load"),
    ),
)
