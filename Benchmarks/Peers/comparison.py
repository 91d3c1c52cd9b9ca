"""What was measured on layers: every time of every layer, and what follows from them."""

from dataclasses import dataclass, field

from results import Results, machine_of, results
from tasks import TASKS

OURS = ["channels-last", "channels-first"]
# What each is compared with: a user of channels-last tensors may as well turn to any library.
RIVALS = {"channels-last": "all", "channels-first": "those that take nchw"}


@dataclass
class Comparison(Results):
    """Each of a layer's results has ms, the fastest run, and median_ms of every round."""

    task: str = "forward"
    owners: dict = field(default_factory=dict)  # column -> peer
    peaks: dict = field(default_factory=dict)  # threads -> GFLOP/s, one beside each run

    @classmethod
    def start(cls, layers, task, report, date):
        entries = [description(layer, task) for layer in layers]
        return cls(machine_of(report), date, entries, task=task)

    @property
    def layers(self):
        return self.entries

    def add_peer_result(self, index, threads, peer, variant, result):
        column = f"{peer} {variant}"
        self.owners[column] = peer
        self.add(index, threads, column, result)

    def add_peak(self, threads, gflops):
        self.peaks.setdefault(str(threads), []).append(gflops)

    def peak(self, threads):
        """The most that the processor did: what disturbs a run only ever lowers it."""
        return max(self.peaks[str(threads)])

    def milliseconds(self, layer, threads, column):
        """The fastest run, None where there is none."""
        result = results(layer, threads).get(column, {})
        return min(result["ms"]) if "ms" in result else None

    def percent_of_peak(self, layer, threads, column):
        milliseconds = self.milliseconds(layer, threads, column)
        return 1e5 * layer["gflop"] / milliseconds / self.peak(threads)

    def best_peer(self, layer, threads, ours):
        """The fastest of those that this layout of ours is compared with."""
        rivals = [
            column
            for column in results(layer, threads)
            if column not in OURS and (ours == "channels-last" or "nchw" in column)
        ]
        return self.best(layer, threads, rivals)

    def speeds(self, threads, ours, kind=None):
        """Pairs of speed and layer's name, from the slowest, of all layers or of a kind."""
        return sorted(
            (speed, layer["name"])
            for layer in self.layers
            if kind in (None, layer["kind"]) and (speed := self.speed(layer, threads, ours))
        )


def description(layer, task):
    gflop = TASKS[task].passes * layer.gflop
    return {"name": layer.name, "kind": layer.kind, "gflop": gflop, "results": {}}
