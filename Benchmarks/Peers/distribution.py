"""A comparison of many layers as a picture: a thin bar a layer, sorted, how much faster ours is."""

from math import log
from statistics import geometric_mean

from comparison import RIVALS
from drawing import FAINT, GRID, INK, WIDTH, Drawing
from table import plural

LEFT, RIGHT, TOP, PANEL, GAP = 52, 12, 70, 230, 58
TICKS = [0.25, 0.35, 0.5, 0.7, 1, 1.5, 2, 3, 4, 6, 8]
FASTER, SLOWER = "#2da44e", "#cf222e"


def svg(comparison, threads):
    drawing = Drawing(TOP + (PANEL + GAP) * len(RIVALS) - 38)
    title = f"Speed against the fastest other library, {plural(threads, 'thread')}"
    drawing.heading(comparison, title)
    panels = {
        f"{ours}, against {rivals}": [speed for speed, _ in comparison.speeds(threads, ours)]
        for ours, rivals in RIVALS.items()
    }
    scale = Scale([speed for speeds in panels.values() for speed in speeds])
    for index, (title, speeds) in enumerate(panels.items()):
        if speeds:
            draw(drawing, scale, TOP + (PANEL + GAP) * index, title, speeds)
    return str(drawing)


class Scale:
    """Logarithmic, from a tick to a tick; a bar that is longer is cut."""

    def __init__(self, speeds):
        slowest, fastest = min([0.7, *speeds]), max([1.5, *speeds])
        self.low = max([TICKS[0], *(tick for tick in TICKS if tick <= slowest)])
        self.high = min([TICKS[-1], *(tick for tick in TICKS if tick >= fastest)])
        self.ticks = [tick for tick in TICKS if self.low <= tick <= self.high]

    def y(self, speed):
        within = min(max(speed, self.low), self.high)
        return PANEL * log(self.high / within) / log(self.high / self.low)


def draw(drawing, scale, top, title, speeds):
    def y(speed):
        return top + scale.y(speed)

    right = WIDTH - RIGHT
    drawing.text(LEFT, top - 12, title, size=14, weight="bold")
    faster = sum(speed >= 1 for speed in speeds)
    count = f"the fastest on {faster} of {len(speeds)} layers, a bar a layer"
    drawing.text(right, top - 12, count, FAINT, anchor="end")
    for tick in scale.ticks:
        drawing.line(LEFT, y(tick), right, y(tick), GRID)
        drawing.text(LEFT - 6, y(tick) + 4, f"{tick:g}x", FAINT, anchor="end")

    step = (right - LEFT) / len(speeds)
    for index, speed in enumerate(speeds):
        above, below = sorted([y(speed), y(1)])
        color = FASTER if speed >= 1 else SLOWER
        drawing.bar(LEFT + step * index, above, 0.85 * step, below - above, color)
    drawing.line(LEFT, y(1), right, y(1), INK, 1.5)

    mean, median = geometric_mean(speeds), speeds[len(speeds) // 2]
    drawing.line(LEFT, y(mean), right, y(mean), INK, 1, "6 3")
    label = min(y(mean), y(1)) - 6
    drawing.text(LEFT + 8, label, f"geometric mean {mean:.2f}x", weight="bold")
    middle = (LEFT + right) / 2
    drawing.dot(middle, y(median), INK)
    label = min(y(mean), y(median), y(1)) - 9
    drawing.text(middle, label, f"median {median:.2f}x", anchor="middle", weight="bold")
