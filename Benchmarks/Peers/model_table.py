"""A comparison of models as Markdown."""

from statistics import geometric_mean

from model_comparison import OURS
from results import TOLERANCE
from table import plural, problems, table


def markdown(comparison):
    machine = comparison.machine
    peers = ", ".join(f"{name} ({version})" for name, version in comparison.peers.items())
    blocks = [
        "# Whole models side by side",
        f"{machine['processor']}, {machine['cores']} cores, {machine['isa']}, {comparison.date}."
        f" Beside {peers}.",
        "Each figure is the median of"
        f" {plural(comparison.rounds, 'alternating round')}, a process a model, library and round."
        f" All in fp32. *: further than {TOLERANCE:g} of the largest output from the right one, and"
        " never the best.",
    ]
    for threads in comparison.threads:
        blocks += [
            f"## {plural(threads, 'thread')}",
            "Times of a run in ms, and how many times as fast ours is as the best of the others:",
            times(comparison, threads),
            "Times to read the model and plan it, in ms:",
            figures(comparison, threads, comparison.load_milliseconds),
            "Most memory of the process in MB, and in brackets what of it came with the model:",
            figures(comparison, threads, comparison.peak_megabytes, comparison.grown_megabytes),
        ]
    blocks.append(problems(comparison))
    return "\n\n".join(block for block in blocks if block) + "\n"


def times(comparison, threads):
    columns = comparison.columns(threads)
    rows = [["model", *columns, "the best of the others", "ours against it"]]
    speeds = []
    for model in comparison.models:
        rows.append([model["name"], *(time(comparison, model, threads, name) for name in columns)])
        rows[-1].append(comparison.best_peer(model, threads) or "")
        speed = comparison.speed(model, threads, OURS)
        rows[-1].append(f"**{speed:.2f}x**" if speed else "")
        speeds += [speed] if speed else []
    if speeds:
        mean = f"{geometric_mean(speeds):.2f}x"
        rows.append(["geometric mean", *[""] * (len(columns) + 1), mean])
    return table(rows)


def time(comparison, model, threads, column):
    milliseconds = comparison.milliseconds(model, threads, column)
    if milliseconds is None:
        return ""
    return f"{milliseconds:.3g}{'' if comparison.is_exact(model, threads, column) else '*'}"


def figures(comparison, threads, value, detail=None):
    columns = comparison.columns(threads)
    rows = [["model", *columns]]
    for model in comparison.models:
        rows.append([model["name"]])
        for column in columns:
            number, more = (f and f(model, threads, column) for f in (value, detail))
            words = "" if number is None else f"{number:.3g}"
            rows[-1].append(words if more is None else f"{words} ({more:.3g})")
    return table(rows)
