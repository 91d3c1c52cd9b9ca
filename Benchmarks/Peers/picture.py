"""A comparison as a picture: three lines a layer, ours in both layouts and the peers."""

from html import escape

from comparison import OURS
from table import plural

WIDTH, LEFT, RIGHT, TOP, ROW, BOTTOM = 1000, 110, 150, 92, 33, 24
BAR = 9
INK, FAINT, GRID = "#1f2328", "#59636e", "#d1d9e0"
OUR_COLORS = ["#0a3069", "#54aeff"]
PEER_BAR = "#d8dee4"
PEER_COLORS = (
    "#1a7f37 #4ac26b #24292f #cf222e #8250df #bf8700 #1b7c83 #e85aad #fb8f44".split()
)


def picture(comparison, threads):
    """An SVG image."""
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
        self.parts = []

    def svg(self):
        self.heading()
        self.grid()
        for index, layer in enumerate(self.comparison.layers):
            self.layer(layer, TOP + ROW * index)
        head = (
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {self.height}"'
            f' width="{WIDTH}" height="{self.height}" font-size="12"'
            ' font-family="Helvetica, Arial, DejaVu Sans, sans-serif">'
        )
        background = '<rect width="100%" height="100%" fill="#ffffff"/>'
        return "\n".join([head, background, *self.parts, "</svg>"]) + "\n"

    def heading(self):
        comparison, machine = self.comparison, self.comparison.machine
        peak = comparison.peak(self.threads)
        title = f"Share of the FMA peak, {plural(self.threads, 'thread')} ({peak:.0f} GFLOP/s)"
        self.text(12, 22, title, size=16, weight="bold")
        about = f"{machine['processor']}, {machine['isa']}, {comparison.date}. Longer is faster."
        self.text(WIDTH - 12, 22, about, color=FAINT, anchor="end")
        x = 12
        for name, color in zip(OURS, OUR_COLORS):
            self.bar(x, 35, 16, color)
            x = self.legend(x + 21, f"ours, {name}")
        self.bar(x, 35, 16, PEER_BAR)
        self.legend(x + 21, "best peer")
        x = 12
        for name, color in self.colors.items():
            self.dot(x + 5, 59.5, color)
            x = self.legend(x + 14, name, y=64)
        note = "Over 100 %: Winograd, or border taps left out."
        self.text(WIDTH - 12, 64, note, color=FAINT, anchor="end")

    def legend(self, x, words, y=44):
        """Writes the words and returns where the next entry begins."""
        self.text(x, y, words)
        return x + 6.6 * len(words) + 18

    def grid(self):
        bottom = self.height - BOTTOM
        for percent in range(0, int(self.limit) + 1, 20):
            x, strong = self.x(percent), percent == 100
            color, width = (INK, 1.5) if strong else (GRID, 1)
            self.parts.append(
                f'<line x1="{x:.1f}" y1="{TOP - 4}" x2="{x:.1f}" y2="{bottom}" stroke="{color}"'
                f' stroke-width="{width}"/>'
            )
            weight = "bold" if strong else "normal"
            for y in (TOP - 8, bottom + 15):
                self.text(x, y, f"{percent} %", color=FAINT, anchor="middle", weight=weight)
        self.text(WIDTH - 12, TOP - 8, "ours against the best", color=FAINT, anchor="end")

    def layer(self, layer, y):
        comparison, threads = self.comparison, self.threads
        self.text(LEFT - 8, y + 19, layer["name"], anchor="end")
        for index, (column, color) in enumerate(zip(OURS, OUR_COLORS)):
            if comparison.milliseconds(layer, threads, column) is not None:
                share = comparison.percent_of_peak(layer, threads, column)
                self.bar(LEFT, y + 2 + BAR * index, self.x(share) - LEFT, color)
        peer = comparison.best_peer(layer, threads)
        middle = y + 2 + BAR * 2.5
        if peer:
            share = comparison.percent_of_peak(layer, threads, peer)
            self.bar(LEFT, y + 2 + BAR * 2, self.x(share) - LEFT, PEER_BAR)
            self.text(WIDTH - 98, y + 19, comparison.owners[peer], color=FAINT)
        if speed := comparison.speed(layer, threads):
            weight = "bold" if speed >= 1 else "normal"
            self.text(WIDTH - 105, y + 19, f"{speed:.2f}x", anchor="end", weight=weight)
        for name, color in reversed(self.colors.items()):
            columns = [column for column, owner in comparison.owners.items() if owner == name]
            if best := comparison.best(layer, threads, columns):
                x = self.x(comparison.percent_of_peak(layer, threads, best))
                self.dot(x, middle, color)

    def x(self, percent):
        return LEFT + (WIDTH - LEFT - RIGHT) * percent / self.limit

    def bar(self, x, y, width, color):
        self.parts.append(
            f'<rect x="{x}" y="{y}" width="{width:.1f}" height="{BAR}" fill="{color}"/>'
        )

    def dot(self, x, y, color):
        self.parts.append(f'<circle cx="{x:.1f}" cy="{y}" r="4" fill="{color}"/>')

    def text(self, x, y, words, color=INK, anchor="start", weight="normal", size=12):
        self.parts.append(
            f'<text x="{x:.1f}" y="{y}" fill="{color}" text-anchor="{anchor}"'
            f' font-weight="{weight}" font-size="{size}">{escape(words)}</text>'
        )
