"""What was measured as Markdown tables and as JSON; the ratios are formed within a round."""

import json
import statistics
from collections.abc import Iterable
from dataclasses import dataclass, field

from .callgrind import Count
from .load import Sample
from .suites import Suite
from .targets import PROXIED

BUSY = 0.1
"""Cores that others may use before times show them."""

NOT_MEASURED = "–"


@dataclass
class Results:
    """Everything that one run found out about a suite."""

    suite: Suite
    setting: dict
    instructions: dict[str, dict[str, Count]] = field(default_factory=dict)
    """Workload, then target."""
    syscalls: dict[str, dict[str, float]] = field(default_factory=dict)
    """Per request."""
    load: dict[str, dict[str, list[Sample]]] = field(default_factory=dict)

    def complete(self) -> bool:
        """Whether every workload was measured for every figure, with every target that can be had."""
        must = set(self.suite.targets) - PROXIED.keys()
        return all(
            getattr(self, figure).keys() == self.suite.workloads().keys()
            and all(must <= row.keys() for row in getattr(self, figure).values())
            for figure in self.suite.figures
        )

    def as_json(self) -> str:
        return json.dumps({
            "suite": self.suite.name,
            "setting": self.setting,
            "instructions": {
                workload: {target: count.as_json() for target, count in counts.items()}
                for workload, counts in self.instructions.items()
            },
            "syscalls": self.syscalls,
            "load": {
                workload: {target: [sample.as_json() for sample in samples] for target, samples in targets.items()}
                for workload, targets in self.load.items()
            },
        }, indent=1)

    def as_markdown(self) -> str:
        busy = statistics.median([
            sample.others_cores for row in self.load.values() for taken in row.values() for sample in taken] or [0.0])
        base, parts = self.suite.base, [shown_setting(self.setting) + busy_line(busy)]
        if self.instructions:
            parts += ["### Instructions in user space per request", self._instructions()]
        if self.syscalls:
            parts += ["### System calls per request", counts(self.syscalls, base, "{:,.1f}")]
        if self.load:
            parts += ["### CPU of the server per request, µs", samples(self.load, "cpu_us", base)]
            parts += ["### Requests per second, one core for the server", samples(self.load, "rate", base)]
            parts += ["### Time to the answer, µs: p50", samples(self.load, "p50_us", base)]
            parts += ["### Time to the answer, µs: p99", samples(self.load, "p99_us", base)]
        return "\n\n".join(parts) + "\n"

    def _instructions(self) -> str:
        medians = {name: {target: round(count.median, -2) for target, count in row.items()}
                   for name, row in self.instructions.items()}
        spreads = [max((count.most - count.least) / count.median for count in row.values())
                   for row in self.instructions.values()]
        repeats = [f"{spread:.1%}" if spread else "not repeated" for spread in spreads]
        summaries = self.suite.workloads()
        names = [f"`{name}` {summaries[name].summary}" for name in self.instructions]
        return counts(medians, self.suite.base, "{:,.0f}", names, ("repeats within", repeats))


def shown_setting(setting: dict) -> str:
    return "\n".join(f"- {name}: {value}" for name, value in setting.items())


def busy_line(cores: float) -> str:
    """What stands under the setting when the machine had other work."""
    return f"\n- **busy machine**: others used {cores:.1f} cores; times and rates only hint" if cores > BUSY else ""


def counts(rows: dict[str, dict[str, float]], base: str, form: str, names: list[str] | None = None,
           last: tuple[str, list[str]] | None = None) -> str:
    """A table of single figures, workload by target, and what they are of the base's."""
    lines = []
    for name, row in rows.items():
        shown = {target: form.format(figure) for target, figure in row.items()}
        shares = {target: f"{figure / row[base]:.2f}" for target, figure in row.items() if base in row}
        lines.append((shown, shares))
    return _compared(rows, base, names or [f"`{name}`" for name in rows], lines, last)


def samples(rows: dict[str, dict[str, list]], figure: str, base: str) -> str:
    """A table of medians (smallest–largest) over rounds; ratios are formed within a round."""
    lines, busy = [], []
    for row in rows.values():
        values = {target: [getattr(sample, figure) for sample in taken] for target, taken in row.items()}
        shown = {target: spread(taken, "{:,.0f}") for target, taken in values.items()}
        shares = {target: spread([mine / of for mine, of in zip(taken, values[base])], "{:.2f}")
                  for target, taken in values.items() if base in values}
        lines.append((shown, shares))
        others = statistics.median(sample.others_cores for taken in row.values() for sample in taken)
        busy.append(f"{others:.1f}")
    return _compared(rows, base, [f"`{name}`" for name in rows], lines, ("others' cores", busy))


def _compared(rows: dict[str, dict], base: str, names: list[str], lines: list[tuple[dict, dict]],
              last: tuple[str, list[str]] | None) -> str:
    """Figures and shares side by side; of many targets, each share stands in the cell of its figure."""
    targets = list(dict.fromkeys(target for row in rows.values() for target in row))
    others = [target for target in targets if target != base] if base in targets else []
    joined = len(targets) > 3
    head = ["workload", *targets, *([] if joined else (f"{target} ÷ {base}" for target in others))]
    body = []
    for name, (shown, shares) in zip(names, lines):
        if joined:
            cells = [shown.get(target, NOT_MEASURED)
                     + (f" → **{shares[target]}**" if target in shares and target != base else "")
                     for target in targets]
        else:
            cells = [values.get(target, NOT_MEASURED)
                     for values, chosen in ((shown, targets), (shares, others)) for target in chosen]
        body.append([name, *cells])
    if last:
        head.append(last[0])
        body = [[*line, cell] for line, cell in zip(body, last[1])]
    return table(head, body)


def spread(values: list[float], form: str) -> str:
    middle, least, most = statistics.median(values), min(values), max(values)
    return f"{form.format(middle)} ({form.format(least)}–{form.format(most)})"


def table(head: list[str], rows: Iterable[list[str]]) -> str:
    lines = [head, ["---", *(["---:"] * (len(head) - 1))], *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)
