"""A real httpd with one target loaded: start it, name its processes, end it."""

import os
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

from . import OUT, Missing
from .workloads import WORKLOADS

THREADS = 25
PROCESSES = 8

PREFERRED = ["nice", "-n", "-10"] if os.geteuid() == 0 else []
"""Put before what is timed: it goes before the machine's other work, where that is allowed. See `prefer`."""

START_LIMIT = 180
STOP_LIMIT = 60


@dataclass(frozen=True)
class Httpd:
    """The installed httpd, as apxs describes it."""

    apxs: str
    binary: str
    modules: str
    version: str

    @staticmethod
    def installed() -> "Httpd":
        apxs = shutil.which("apxs") or shutil.which("apxs2")
        if not apxs:
            raise Missing("no apxs; install httpd's development files (Debian: apache2-dev)")
        asked = {name: subprocess.run([apxs, "-q", name], check=True, text=True, capture_output=True).stdout.strip()
                 for name in ("SBINDIR", "PROGNAME", "LIBEXECDIR")}
        binary = f"{asked['SBINDIR']}/{asked['PROGNAME']}"
        if not os.path.exists(binary):
            raise Missing(f"{binary} is not there; install httpd (Debian: apache2)")
        version = subprocess.run([binary, "-v"], check=True, text=True, capture_output=True).stdout
        return Httpd(apxs, binary, asked["LIBEXECDIR"], version.split("/", 1)[1].split()[0])


class Server:
    """A running httpd, ended when the `with` block ends.

    `around` is put before the command (taskset, valgrind); `flags` is `-DFOREGROUND`, or `-X` for a single process.
    """

    def __init__(self, httpd: Httpd, target, mpm: str, around: list[str] = (),
                 flags: str = "-DFOREGROUND",
                 preferred: bool = False):
        self.target = target
        OUT.mkdir(parents=True, exist_ok=True)
        self.root = Path(tempfile.mkdtemp(prefix=target.name.partition(",")[0] + "-", dir=OUT))
        self.port = _free_port()
        self.beside = None
        config = self.root / "httpd.conf"
        config.write_text(configuration(httpd, target, mpm, self.root, self.port))
        before = [*(PREFERRED if preferred else ()), *_unprivileged(), *around]
        command = [*before, httpd.binary, flags, "-d", str(self.root), "-f", str(config)]
        self.output = open(self.root / "output", "wb")
        if target.beside:
            self.beside = self._start([*before, *map(str, target.beside(self.root))])
        self.process = self._start(command)

    def _start(self, command: list[str]) -> subprocess.Popen:
        return subprocess.Popen(
            command, cwd=self.root, stdout=self.output, stderr=self.output, start_new_session=True)

    def __enter__(self) -> "Server":
        try:
            self._wait_until_it_listens()
        except BaseException:
            self.stop()
            raise
        return self

    def __exit__(self, failure, _error, _trace) -> None:
        self.stop()
        if failure is None:
            shutil.rmtree(self.root, ignore_errors=True)

    @property
    def pid(self) -> int:
        """The process that was started: httpd's parent, or its only process."""
        return self.process.pid

    def pids(self) -> list[int]:
        """The started processes and all their descendants: httpd's, their daemons, a server beside httpd."""
        children: dict[int, list[int]] = {}
        for entry in Path("/proc").iterdir():
            if entry.name.isdigit():
                try:
                    parent = int((entry / "stat").read_text().rsplit(")", 1)[1].split()[1])
                except OSError:
                    continue  # ended while we looked
                children.setdefault(parent, []).append(int(entry.name))
        family = [self.pid] if self.beside is None else [self.pid, self.beside.pid]
        for pid in family:
            family.extend(children.get(pid, []))
        return family

    def log(self) -> str:
        """The end of what httpd wrote, for an error message."""
        texts = [(self.root / name).read_text(errors="replace")
                 for name in ("output", "error.log") if (self.root / name).exists()]
        return "".join(texts)[-3000:]

    def stop(self) -> None:
        started = [process for process in (self.process, self.beside) if process and process.poll() is None]
        family = self.pids() if started else []
        for process in started:
            process.send_signal(signal.SIGTERM)
            try:
                process.wait(STOP_LIMIT)
            except subprocess.TimeoutExpired:
                for pid in reversed(self.pids()):
                    os.kill(pid, signal.SIGKILL)
                process.wait()
        _wait_until_gone(family)
        self.output.close()

    def _wait_until_it_listens(self) -> None:
        deadline = time.monotonic() + START_LIMIT
        while True:
            if self.process.poll() is not None:
                raise RuntimeError(f"httpd with {self.target.name} ended at start:\n{self.log()}")
            try:
                socket.create_connection(("127.0.0.1", self.port), 1).close()
                return
            except OSError:
                if time.monotonic() > deadline:
                    raise RuntimeError(f"httpd with {self.target.name} does not listen:\n{self.log()}") from None
                time.sleep(0.05)


def configuration(httpd: Httpd, target, mpm: str, root: Path, port: int) -> str:
    """The whole configuration; targets differ in the line that loads the module and in those that mount its paths."""
    size = (f"StartServers {PROCESSES}\nServerLimit {PROCESSES}\nMaxRequestWorkers {PROCESSES}" if mpm == "prefork" else
            f"StartServers 1\nServerLimit 1\nThreadsPerChild {THREADS}\nMaxRequestWorkers {THREADS}")
    mounts = "\n".join(target.mount(workload) for workload in WORKLOADS)
    return f"""\
Define SERVER_ROOT {root}
LoadModule mpm_{mpm}_module {httpd.modules}/mod_mpm_{mpm}.so
LoadModule authz_core_module {httpd.modules}/mod_authz_core.so
LoadModule alias_module {httpd.modules}/mod_alias.so
{target.load}
{size}
MaxConnectionsPerChild 0
KeepAlive On
MaxKeepAliveRequests 0
KeepAliveTimeout 60
Timeout 120
ServerName bench.example
Listen 127.0.0.1:{port}
PidFile {root}/httpd.pid
DefaultRuntimeDir {root}
ErrorLog {root}/error.log
LogLevel warn
EnableSendfile On
DocumentRoot {root}
<Directory />
AllowOverride None
Require all granted
</Directory>
{mounts}
"""


def prefer(pids: list[int]) -> None:
    """Says the same to the kernel of each session that a process is in: it shares the processors out by session first.

    Otherwise a daemon in a session of its own would count as much as a whole compilation beside it, or as httpd.
    """
    for pid in pids if PREFERRED else []:
        try:
            Path(f"/proc/{pid}/autogroup").write_text("-10")
        except OSError:
            pass  # ended meanwhile, or a kernel without this


def _wait_until_gone(pids: list[int]) -> None:
    """Daemons may outlive httpd's parent for a moment; what stays is a fault that must be seen."""
    deadline = time.monotonic() + STOP_LIMIT
    while left := [pid for pid in pids if os.path.exists(f"/proc/{pid}")]:
        if time.monotonic() > deadline:
            raise RuntimeError(f"processes outlive their server: {left}")
        time.sleep(0.02)


def _unprivileged() -> list[str]:
    """For root: become an ordinary account in a user namespace, which still owns root's files outside.

    So httpd never changes its account, and its children can read a Python below `/root`.
    """
    return ["unshare", "--user", "--map-user=1000", "--map-group=1000"] if os.geteuid() == 0 else []


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]
