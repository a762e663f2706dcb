"""What the interpreter pool is for: groups side by side, many tenants, new code under load; each beside mod_wsgi."""

import json
from collections.abc import Callable
from dataclasses import dataclass, field, replace

from . import busy, reload, tenants
from .httpd import Httpd
from .report import busy_line, shown_setting, table
from .targets import Target

POOL: dict[str, Callable] = {
    "pool-cpu": busy.two_groups,
    "pool-interpreters": busy.one_group,
    "pool-tenants": tenants.fifty,
    "pool-reload": reload.under_load,
}
"""Each is given httpd, the MPM, mod_wsgi, Clutch and the number of rounds, and returns a `Finding`."""


@dataclass
class Pool:
    """Everything that one run found out about the pool."""

    setting: dict
    httpd: Httpd
    mpm: str
    mod_wsgi: Target
    clutch: Target
    findings: dict = field(default_factory=dict)

    def measure(self, name: str, rounds: int) -> None:
        """Takes one of the measurements of `POOL`."""
        bare = [replace(target, mount=lambda _: "", alone=False) for target in (self.mod_wsgi, self.clutch)]
        self.findings[name] = POOL[name](self.httpd, self.mpm, *bare, rounds)

    def complete(self) -> bool:
        return self.findings.keys() == POOL.keys()

    def as_json(self) -> str:
        raw = {name: finding.raw for name, finding in self.findings.items()}
        return json.dumps({"suite": "pool", "setting": self.setting, "findings": raw}, indent=1)

    def as_markdown(self) -> str:
        busy = max((finding.others_cores for finding in self.findings.values()), default=0.0)
        parts = [shown_setting(self.setting) + busy_line(busy)]
        for name, finding in self.findings.items():
            parts += [f"### `{name}`: {finding.title}", table(finding.head, finding.rows)]
        return "\n\n".join(parts) + "\n"
