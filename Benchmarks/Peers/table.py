"""A comparison as Markdown."""

from statistics import geometric_mean

from comparison import OURS, TOLERANCE, results


def markdown(comparison):
    machine = comparison.machine
    peers = ", ".join(f"{name} ({version})" for name, version in comparison.peers.items())
    blocks = [
        "# Side by side",
        f"{machine['processor']}, {machine['cores']} cores, {machine['isa']}, {comparison.date}."
        f" Beside {peers}.",
        f"Each time is the fastest run of {plural(comparison.rounds, 'alternating round')}. Shares"
        " are of the FMA peak measured in the same run, of nominal FLOPs: over 100 % means"
        " Winograd, or border taps left out. All in fp32, weights packed before, tensors plain.",
    ]
    for threads in sorted(map(int, comparison.peaks)):
        blocks += [
            f"## {plural(threads, 'thread')}: {comparison.peak(threads):.0f} GFLOP/s at most",
            against_best(comparison, threads),
            summary(comparison, threads),
            f"All times in ms. *: further than {TOLERANCE:g} from float64, no fp32 result.",
            all_times(comparison, threads),
        ]
    blocks.append(problems(comparison))
    return "\n\n".join(block for block in blocks if block) + "\n"


def against_best(comparison, threads):
    """Ours in both layouts and the best peer."""
    rows = [["layer", *OURS, "best peer", "ours against it"]]
    for layer in comparison.layers:
        cells = [time_and_share(comparison, layer, threads, column) for column in OURS]
        cells.append(named(comparison, layer, threads, comparison.best_peer(layer, threads)))
        speed = comparison.speed(layer, threads)
        cells.append(f"{speed:.2f}x" if speed else "")
        rows.append([layer["name"], *cells])
    return table(rows)


def summary(comparison, threads):
    speeds = [comparison.speed(layer, threads) for layer in comparison.layers]
    speeds = [speed for speed in speeds if speed]
    if not speeds:
        return ""
    faster = sum(speed >= 1 for speed in speeds)
    return (
        f"Ours is the fastest on {faster} of {len(speeds)} layers; the geometric mean of its speed"
        f" against the best peer is {geometric_mean(speeds):.2f}x."
    )


def named(comparison, layer, threads, column):
    if column is None:
        return ""
    return f"{column}: {time_and_share(comparison, layer, threads, column)}"


def time_and_share(comparison, layer, threads, column):
    milliseconds = comparison.milliseconds(layer, threads, column)
    if milliseconds is None:
        return ""
    share = comparison.percent_of_peak(layer, threads, column)
    return f"{milliseconds:.3g} ms, {share:.0f} %"


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
    found = {f"{peer}: not measured: {why}": [] for peer, why in comparison.missing.items()}
    for layer in comparison.layers:
        for threads in layer["results"]:
            for column, result in results(layer, threads).items():
                if "failure" in result:
                    names = found.setdefault(f"{column}: {result['failure']}", [])
                    if layer["name"] not in names:
                        names.append(layer["name"])
    lines = [
        f"- {what}" + (f" ({', '.join(names)})" if names else "") for what, names in found.items()
    ]
    return "\n".join(["## Not measured", "", *lines]) if lines else ""


def table(rows):
    head, *rest = ["| " + " | ".join(row) + " |" for row in rows]
    return "\n".join([head, "|" + "---|" * len(rows[0]), *rest])


def plural(count, noun):
    return f"{count} {noun}" + ("s" if count != 1 else "")
