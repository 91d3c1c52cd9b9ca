"""What was measured: every time of every layer, and what follows from them."""

from dataclasses import dataclass, field
from math import isnan

from tasks import TASKS

# Float32 sums differ from float64 by some millionths. A result further off is no fp32 result, and
# never the best.
TOLERANCE = 1e-4
OURS = ["channels-last", "channels-first"]
# What each is compared with: a user of channels-last tensors may as well turn to any library.
RIVALS = {"channels-last": "all", "channels-first": "those that take nchw"}


@dataclass
class Comparison:
    machine: dict
    date: str
    layers: list[dict]  # name, kind, gflop and results[threads][column]
    task: str = "forward"
    rounds: int = 0
    peers: dict = field(default_factory=dict)  # name -> version
    owners: dict = field(default_factory=dict)  # column -> peer
    missing: dict = field(default_factory=dict)  # peer -> why
    peaks: dict = field(default_factory=dict)  # threads -> GFLOP/s, one beside each run

    @classmethod
    def start(cls, layers, task, machine, date):
        machine = {key: machine[key] for key in ("processor", "cores", "isa")}
        return cls(machine, date, [description(layer, task) for layer in layers], task)

    def add_peer(self, about):
        self.peers[about["name"]] = about["version"]

    def add_peer_result(self, index, threads, peer, variant, result):
        column = f"{peer} {variant}"
        self.owners[column] = peer
        self.add(index, threads, column, result)

    def add_peak(self, threads, gflops):
        self.peaks.setdefault(str(threads), []).append(gflops)

    def add(self, index, threads, column, result):
        """A round's result: ms, median_ms and error, or failure, which stands for all rounds."""
        columns = self.layers[index]["results"].setdefault(str(threads), {})
        kept = columns.setdefault(column, {"ms": [], "median_ms": [], "error": 0.0})
        if "failure" not in result and isnan(float(result["error"])):
            result = {"failure": "no number comes out"}
        if failure := kept.get("failure") or result.get("failure"):
            columns[column] = {"failure": failure}
            return
        for name in ("ms", "median_ms"):
            kept[name].append(result[name])
        kept["error"] = max(kept["error"], float(result["error"]))

    @property
    def threads(self):
        """The numbers of threads that were measured."""
        return sorted(map(int, self.peaks))

    def peak(self, threads):
        """The most that the processor did: what disturbs a run only ever lowers it."""
        return max(self.peaks[str(threads)])

    def columns(self, threads):
        """All that was measured, ours first."""
        names = dict.fromkeys(name for layer in self.layers for name in results(layer, threads))
        return list(names)

    def milliseconds(self, layer, threads, column):
        """The fastest run, None where there is none."""
        result = results(layer, threads).get(column, {})
        return min(result["ms"]) if "ms" in result else None

    def is_exact(self, layer, threads, column):
        return results(layer, threads)[column]["error"] <= TOLERANCE

    def percent_of_peak(self, layer, threads, column):
        milliseconds = self.milliseconds(layer, threads, column)
        return 1e5 * layer["gflop"] / milliseconds / self.peak(threads)

    def best(self, layer, threads, columns):
        """The fastest of the columns that computed the layer in fp32, None where none did."""
        times = {
            column: self.milliseconds(layer, threads, column)
            for column in columns
            if self.milliseconds(layer, threads, column) is not None
            and self.is_exact(layer, threads, column)
        }
        return min(times, key=times.get, default=None)

    def best_peer(self, layer, threads, ours):
        """The fastest of those that this layout of ours is compared with."""
        rivals = [
            column
            for column in results(layer, threads)
            if column not in OURS and (ours == "channels-last" or "nchw" in column)
        ]
        return self.best(layer, threads, rivals)

    def speed(self, layer, threads, ours):
        """How much faster than the best peer ours is, None where there is nothing to say."""
        columns = [self.best_peer(layer, threads, ours), self.best(layer, threads, [ours])]
        if None in columns:
            return None
        peer, mine = (self.milliseconds(layer, threads, column) for column in columns)
        return peer / mine

    def speeds(self, threads, ours, kind=None):
        """Pairs of speed and layer's name, from the slowest, of all layers or of a kind."""
        return sorted(
            (speed, layer["name"])
            for layer in self.layers
            if kind in (None, layer["kind"]) and (speed := self.speed(layer, threads, ours))
        )

    def json(self):
        return self.__dict__


def description(layer, task):
    gflop = TASKS[task].passes * layer.gflop
    return {"name": layer.name, "kind": layer.kind, "gflop": gflop, "results": {}}


def results(layer, threads):
    return layer["results"].get(str(threads), {})
