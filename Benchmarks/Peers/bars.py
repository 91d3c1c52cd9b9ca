"""A comparison of few layers as a picture: three bars a layer, ours in both layouts and peers'."""

from comparison import OURS
from drawing import FAINT, GRID, INK, PEER_COLORS, WIDTH, Drawing
from table import plural

LEFT, RIGHT, TOP, ROW, BOTTOM = 110, 150, 92, 33, 24
BAR = 9
OUR_COLORS = ["#0a3069", "#54aeff"]
PEER_BAR = "#d8dee4"


def svg(comparison, threads):
    return Picture(comparison, threads).svg()


class Picture:
    def __init__(self, comparison, threads):
        self.comparison, self.threads = comparison, threads
        self.colors = dict(zip(comparison.peers, PEER_COLORS))
        shares = [
            comparison.percent_of_peak(layer, threads, column)
            for layer in comparison.layers
            for column in comparison.columns(threads)
            if comparison.best(layer, threads, [column])
        ]
        self.limit = 20 * (max(shares, default=100) // 20 + 1)
        self.height = TOP + ROW * len(comparison.layers) + BOTTOM
        self.drawing = Drawing(self.height)

    def svg(self):
        peak = self.comparison.peak(self.threads)
        title = f"Share of the FMA peak, {plural(self.threads, 'thread')} ({peak:.0f} GFLOP/s)"
        self.drawing.heading(self.comparison, title)
        self.legends()
        self.grid()
        for index, layer in enumerate(self.comparison.layers):
            self.layer(layer, TOP + ROW * index)
        return str(self.drawing)

    def legends(self):
        x = 12
        for name, color in zip(OURS, OUR_COLORS):
            self.drawing.bar(x, 35, 16, BAR, color)
            x = self.drawing.legend(x + 21, 44, f"ours, {name}")
        self.drawing.bar(x, 35, 16, BAR, PEER_BAR)
        self.drawing.legend(x + 21, 44, "best peer; at the right channels-last against it")
        x = 12
        for name, color in self.colors.items():
            self.drawing.dot(x + 5, 59.5, color)
            x = self.drawing.legend(x + 14, 64, name)
        note = "Over 100 %: Winograd, or border taps left out."
        self.drawing.text(WIDTH - 12, 44, note, color=FAINT, anchor="end")

    def grid(self):
        bottom = self.height - BOTTOM
        for percent in range(0, int(self.limit) + 1, 20):
            x, strong = self.x(percent), percent == 100
            color, width = (INK, 1.5) if strong else (GRID, 1)
            self.drawing.line(x, TOP - 4, x, bottom, color, width)
            weight = "bold" if strong else "normal"
            for y in (TOP - 8, bottom + 15):
                self.drawing.text(x, y, f"{percent} %", FAINT, anchor="middle", weight=weight)

    def layer(self, layer, y):
        comparison, threads, drawing = self.comparison, self.threads, self.drawing
        drawing.text(LEFT - 8, y + 19, layer["name"], anchor="end")
        for index, (column, color) in enumerate(zip(OURS, OUR_COLORS)):
            if comparison.milliseconds(layer, threads, column) is not None:
                share = comparison.percent_of_peak(layer, threads, column)
                drawing.bar(LEFT, y + 2 + BAR * index, self.x(share) - LEFT, BAR, color)
        if peer := comparison.best_peer(layer, threads, OURS[0]):
            share = comparison.percent_of_peak(layer, threads, peer)
            drawing.bar(LEFT, y + 2 + BAR * 2, self.x(share) - LEFT, BAR, PEER_BAR)
            drawing.text(WIDTH - 98, y + 19, comparison.owners[peer], color=FAINT)
        if speed := comparison.speed(layer, threads, OURS[0]):
            weight = "bold" if speed >= 1 else "normal"
            drawing.text(WIDTH - 105, y + 19, f"{speed:.2f}x", anchor="end", weight=weight)
        for name, color in reversed(self.colors.items()):
            columns = [column for column, owner in comparison.owners.items() if owner == name]
            if best := comparison.best(layer, threads, columns):
                x = self.x(comparison.percent_of_peak(layer, threads, best))
                drawing.dot(x, y + 2 + BAR * 2.5, color)

    def x(self, percent):
        return LEFT + (WIDTH - LEFT - RIGHT) * percent / self.limit
