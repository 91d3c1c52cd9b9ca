"""A comparison of models as a picture: a bar a model, ours, and a dot for every other library."""

from drawing import FAINT, GRID, INK, PEER_COLORS, WIDTH, Drawing
from model_comparison import OURS
from table import plural

LEFT, RIGHT, TOP, ROW, BOTTOM = 190, 190, 86, 30, 24
BAR = 14
OUR_COLOR = "#0a3069"


def svg(comparison, threads):
    drawing = Drawing(TOP + ROW * len(comparison.models) + BOTTOM)
    title = f"Whole models against the fastest other library, {plural(threads, 'thread')}"
    drawing.heading(comparison, title)
    colors = dict(zip(comparison.peers, PEER_COLORS))
    legends(drawing, colors)
    speeds = [comparison.speed(model, threads, OURS) or 1 for model in comparison.models]
    scale = Scale(max([1.5, *speeds]))
    grid(drawing, scale, TOP + ROW * len(comparison.models))
    for index, model in enumerate(comparison.models):
        draw(drawing, scale, comparison, threads, model, TOP + ROW * index, colors)
    return str(drawing)


class Scale:
    """Of speeds, from 0 to the next half."""

    def __init__(self, fastest):
        self.halves = int(2 * fastest) + 1

    def x(self, speed):
        return LEFT + (WIDTH - LEFT - RIGHT) * speed / (self.halves / 2)


def legends(drawing, colors):
    drawing.bar(12, 40, 16, 9, OUR_COLOR)
    x = drawing.legend(33, 49, "ours")
    for name, color in colors.items():
        drawing.dot(x + 5, 44.5, color)
        x = drawing.legend(x + 14, 49, name)


def grid(drawing, scale, bottom):
    for half in range(scale.halves + 1):
        x, strong = scale.x(half / 2), half == 2
        drawing.line(x, TOP - 4, x, bottom, INK if strong else GRID, 1.5 if strong else 1)
        weight = "bold" if strong else "normal"
        for y in (TOP - 8, bottom + 15):
            drawing.text(x, y, f"{half / 2:g}x", FAINT, anchor="middle", weight=weight)


def draw(drawing, scale, comparison, threads, model, y, colors):
    middle = y + ROW / 2
    drawing.text(LEFT - 8, middle + 4, model["name"], anchor="end")
    peer = comparison.best_peer(model, threads)
    if not peer:
        return
    best = comparison.milliseconds(model, threads, peer)
    if speed := comparison.speed(model, threads, OURS):
        drawing.bar(LEFT, middle - BAR / 2, scale.x(speed) - LEFT, BAR, OUR_COLOR)
        weight = "bold" if speed >= 1 else "normal"
        ours = comparison.milliseconds(model, threads, OURS)
        x = WIDTH - RIGHT + 48
        drawing.text(x, middle + 4, f"{speed:.2f}x", anchor="end", weight=weight)
        drawing.text(x + 8, middle + 4, f"{ours:.3g} ms, {peer} {best:.3g}", FAINT)
    for name, color in reversed(colors.items()):
        if comparison.best(model, threads, [name]):
            x = scale.x(best / comparison.milliseconds(model, threads, name))
            drawing.dot(x, middle, color)
