"""What was measured on models, and what follows from it."""

from dataclasses import dataclass
from statistics import median

from results import Results, machine_of, results

OURS = "ours"
MEGABYTE = 1e6


@dataclass
class ModelComparison(Results):
    """Each of a model's results has, of every round, median_ms of the runs; load_ms, which is
    reading and planning; peak_bytes of the process, and resident_bytes before it loads."""

    @classmethod
    def start(cls, models, report, date):
        return cls(machine_of(report), date, [{"name": m.name, "results": {}} for m in models])

    @property
    def models(self):
        return self.entries

    def milliseconds(self, model, threads, column):
        return self.middle(model, threads, column, "median_ms")

    def load_milliseconds(self, model, threads, column):
        return self.middle(model, threads, column, "load_ms")

    def peak_megabytes(self, model, threads, column):
        """The most memory of the process, with what it reads and runs and the library itself."""
        peak = self.middle(model, threads, column, "peak_bytes")
        return peak and peak / MEGABYTE

    def grown_megabytes(self, model, threads, column):
        """The same without what the process has before it loads the model."""
        before = self.middle(model, threads, column, "resident_bytes")
        return before and self.peak_megabytes(model, threads, column) - before / MEGABYTE

    def middle(self, model, threads, column, name):
        """The median of the rounds, None where there is none."""
        values = results(model, threads).get(column, {}).get(name)
        return median(values) if values else None

    def best_peer(self, model, threads, ours=OURS):
        return self.best(model, threads, [name for name in self.columns(threads) if name != ours])
