"""What was measured of ours and of the peers, on layers or on models."""

from dataclasses import dataclass, field
from math import isnan

# Float32 sums differ from the right ones by some millionths. A result further off is no fp32
# result, and never the best.
TOLERANCE = 1e-4


@dataclass
class Results:
    machine: dict
    date: str
    entries: list[dict]  # name, results[threads][column] and what else is known of it
    rounds: int = 0
    peers: dict = field(default_factory=dict)  # name -> version
    missing: dict = field(default_factory=dict)  # peer -> why

    def add_peer(self, about):
        self.peers[about["name"]] = about["version"]

    def add(self, index, threads, column, result):
        """A round's result: numbers and error, or failure, which stands for all rounds."""
        columns = self.entries[index]["results"].setdefault(str(threads), {})
        kept = columns.setdefault(column, {"error": 0.0})
        if "failure" not in result and isnan(float(result["error"])):
            result = {"failure": "no number comes out"}
        if failure := kept.get("failure") or result.get("failure"):
            columns[column] = {"failure": failure}
            return
        kept["error"] = max(kept["error"], float(result["error"]))
        for name, value in result.items():
            if name != "error":
                kept.setdefault(name, []).append(value)

    @property
    def threads(self):
        """The numbers of threads that were measured."""
        return sorted({int(threads) for entry in self.entries for threads in entry["results"]})

    def columns(self, threads):
        """All that was measured, ours first."""
        names = dict.fromkeys(name for entry in self.entries for name in results(entry, threads))
        return list(names)

    def is_exact(self, entry, threads, column):
        return results(entry, threads)[column]["error"] <= TOLERANCE

    def best(self, entry, threads, columns):
        """The fastest of the columns that computed the entry in fp32, None where none did."""
        times = {
            column: self.milliseconds(entry, threads, column)
            for column in columns
            if self.milliseconds(entry, threads, column) is not None
            and self.is_exact(entry, threads, column)
        }
        return min(times, key=times.get, default=None)

    def speed(self, entry, threads, ours):
        """How much faster than the best peer ours is, None where there is nothing to say."""
        columns = [self.best_peer(entry, threads, ours), self.best(entry, threads, [ours])]
        if None in columns:
            return None
        peer, mine = (self.milliseconds(entry, threads, column) for column in columns)
        return peer / mine

    def json(self):
        return self.__dict__


def machine_of(report):
    """What convbench's JSON says of the machine, as far as it is shown."""
    return {key: report["machine"][key] for key in ("processor", "cores", "isa")}


def results(entry, threads):
    return entry["results"].get(str(threads), {})
