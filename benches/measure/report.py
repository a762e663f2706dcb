"""What was measured as Markdown tables and as JSON; the ratios are formed within a round."""

import json
import statistics
from collections.abc import Iterable
from dataclasses import dataclass, field

from .callgrind import Count
from .load import Sample
from .suites import Suite
from .targets import PROXIED

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
        base, parts = self.suite.base, [shown_setting(self.setting)]
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


def counts(rows: dict[str, dict[str, float]], base: str, form: str, names: list[str] | None = None,
           last: tuple[str, list[str]] | None = None) -> str:
    """A table of single figures, workload by target, and what they are of the base's."""
    targets = _targets(rows)
    others = _divided(targets, base)
    lines = []
    for number, (name, row) in enumerate(rows.items()):
        shown = [form.format(row[target]) if target in row else NOT_MEASURED for target in targets]
        ratios = [f"{row[target] / row[base]:.2f}" if {target, base} <= row.keys() else NOT_MEASURED
                  for target in others]
        first = names[number] if names else f"`{name}`"
        lines.append([first, *shown, *ratios, *([last[1][number]] if last else [])])
    head = ["workload", *targets, *(f"{target} ÷ {base}" for target in others), *([last[0]] if last else [])]
    return table(head, lines)


def samples(rows: dict[str, dict[str, list]], figure: str, base: str) -> str:
    """A table of medians (smallest–largest) over rounds; ratios are formed within a round."""
    targets = _targets(rows)
    others = _divided(targets, base)
    lines = []
    for name, row in rows.items():
        values = {target: [getattr(sample, figure) for sample in taken] for target, taken in row.items()}
        shown = [spread(values[target], "{:,.0f}") if target in row else NOT_MEASURED for target in targets]
        ratios = [
            spread([mine / of for mine, of in zip(values[target], values[base])], "{:.2f}")
            if {target, base} <= row.keys() else NOT_MEASURED
            for target in others
        ]
        busy = statistics.median(sample.others_cores for taken in row.values() for sample in taken)
        lines.append([f"`{name}`", *shown, *ratios, f"{busy:.1f}"])
    return table(["workload", *targets, *(f"{target} ÷ {base}" for target in others), "others' cores"], lines)


def _targets(rows: dict[str, dict]) -> list[str]:
    return list(dict.fromkeys(target for row in rows.values() for target in row))


def _divided(targets: list[str], base: str) -> list[str]:
    return [target for target in targets if target != base] if base in targets else []


def spread(values: list[float], form: str) -> str:
    middle, least, most = statistics.median(values), min(values), max(values)
    return f"{form.format(middle)} ({form.format(least)}–{form.format(most)})"


def table(head: list[str], rows: Iterable[list[str]]) -> str:
    lines = [head, ["---", *(["---:"] * (len(head) - 1))], *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)
