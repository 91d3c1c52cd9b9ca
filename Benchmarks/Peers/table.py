"""A comparison as Markdown."""

from statistics import geometric_mean
from textwrap import shorten

from comparison import OURS, RIVALS
from results import TOLERANCE, results
from tasks import TASKS

MANY = 40  # More layers than these are sorted by our speed.
FEW = 8  # names in a row
LONGEST_PROBLEM = 240  # characters


def markdown(comparison):
    machine, task = comparison.machine, TASKS[comparison.task]
    peers = ", ".join(f"{name} ({version})" for name, version in comparison.peers.items())
    blocks = [
        f"# {task.title}",
        f"{machine['processor']}, {machine['cores']} cores, {machine['isa']}, {comparison.date}."
        f" Beside {peers}.",
        f"Each time is the fastest run of {plural(comparison.rounds, 'alternating round')}. Shares"
        " are of the FMA peak measured in the same run, of nominal FLOPs: over 100 % means"
        f" Winograd, or border taps left out. {task.about}",
        "How many times as fast ours is as the best of the others:",
        summary(comparison),
        "By kind of layer, the geometric mean:",
        by_kind(comparison),
    ]
    for threads in comparison.threads:
        blocks += [
            f"## {plural(threads, 'thread')}: {comparison.peak(threads):.0f} GFLOP/s at most",
            against_best(comparison, threads),
            f"All times in ms. *: further than {TOLERANCE:g} from float64, no fp32 result.",
            all_times(comparison, threads),
        ]
    blocks.append(problems(comparison))
    return "\n\n".join(block for block in blocks if block) + "\n"


def summary(comparison):
    """Over all layers, a row for each number of threads and layout."""
    head = ["threads", "ours", "against the best of", "layers", "geometric mean", "fastest on"]
    rows = [[*head, "0.97x or more", "below 0.90x", "the worst"]]
    for threads in comparison.threads:
        for ours, rivals in RIVALS.items():
            speeds = comparison.speeds(threads, ours)
            if not speeds:
                continue
            slowest, worst = speeds[0]
            speeds = [speed for speed, _ in speeds]
            counts = [
                len(speeds),
                f"**{geometric_mean(speeds):.2f}x**",
                share(sum(speed >= 1 for speed in speeds), len(speeds)),
                share(sum(speed >= 0.97 for speed in speeds), len(speeds)),
                sum(speed < 0.9 for speed in speeds),
            ]
            rows.append([threads, ours, rivals, *counts, f"{worst}: {slowest:.2f}x"])
    return table(rows)


def by_kind(comparison):
    contests = [(threads, ours) for threads in comparison.threads for ours in OURS]
    titles = [f"{ours}, {plural(threads, 'thread')}" for threads, ours in contests]
    rows = [["kind", "layers", *titles]]
    kinds = [layer["kind"] for layer in comparison.layers]
    for kind in sorted(set(kinds)):
        rows.append([kind, kinds.count(kind)])
        for contest in contests:
            speeds = [speed for speed, _ in comparison.speeds(*contest, kind)]
            rows[-1].append(f"{geometric_mean(speeds):.2f}x" if speeds else "")
    return table(rows)


def against_best(comparison, threads):
    """Ours in both layouts, each beside the best peer."""
    rows = [["layer", "kind"]]
    for ours in OURS:
        rows[0] += [ours, f"the best of {RIVALS[ours]}", "ours against it"]
    for layer in in_order(comparison, threads):
        rows.append([layer["name"], layer["kind"]])
        for ours in OURS:
            peer = comparison.best_peer(layer, threads, ours)
            speed = comparison.speed(layer, threads, ours)
            rows[-1] += [
                time_and_share(comparison, layer, threads, ours),
                f"{peer}: {time_and_share(comparison, layer, threads, peer)}" if peer else "",
                f"{speed:.2f}x" if speed else "",
            ]
    return table(rows)


def in_order(comparison, threads):
    """Many layers where ours is slowest first, few as they were given."""
    if len(comparison.layers) <= MANY:
        return comparison.layers
    return sorted(
        comparison.layers, key=lambda layer: comparison.speed(layer, threads, OURS[0]) or 0
    )


def time_and_share(comparison, layer, threads, column):
    milliseconds = comparison.milliseconds(layer, threads, column)
    if milliseconds is None:
        return ""
    percent = comparison.percent_of_peak(layer, threads, column)
    return f"{milliseconds:.3g} ms, {percent:.0f} %"


def all_times(comparison, threads):
    columns = comparison.columns(threads)
    rows = [["layer", *columns]]
    for layer in comparison.layers:
        cells = []
        for column in columns:
            milliseconds = comparison.milliseconds(layer, threads, column)
            if milliseconds is None:
                cells.append("")
            else:
                exact = comparison.is_exact(layer, threads, column)
                cells.append(f"{milliseconds:.3g}{'' if exact else '*'}")
        rows.append([layer["name"], *cells])
    return table(rows)


def problems(comparison):
    """What a peer could not do, each said once."""
    found = {f"{peer}: not measured: {why}": {} for peer, why in comparison.missing.items()}
    for entry in comparison.entries:
        for threads in entry["results"]:
            for column, result in results(entry, threads).items():
                if "failure" in result:
                    what = f"{column}: {shorten(result['failure'], LONGEST_PROBLEM)}"
                    found.setdefault(what, {})[entry["name"]] = None
    lines = [f"- {what}" + named(list(names)) for what, names in found.items()]
    return "\n".join(["## Not measured", "", *lines]) if lines else ""


def named(names):
    more = [f"{len(names) - FEW} more"] if len(names) > FEW else []
    return f" ({', '.join(names[:FEW] + more)})" if names else ""


def table(rows):
    head, *rest = ["| " + " | ".join(map(str, row)) + " |" for row in rows]
    return "\n".join([head, "|" + "---|" * len(rows[0]), *rest])


def share(count, all):
    return f"{count} ({100 * count / all:.0f} %)"


def plural(count, noun):
    return f"{count} {noun}" + ("s" if count != 1 else "")
