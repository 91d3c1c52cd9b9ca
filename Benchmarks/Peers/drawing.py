"""What the pictures are drawn with: an SVG image and its colors."""

from html import escape

WIDTH = 1000
INK, FAINT, GRID = "#1f2328", "#59636e", "#d1d9e0"
PEER_COLORS = (
    "#1a7f37 #4ac26b #24292f #cf222e #8250df #bf8700 #1b7c83 #e85aad #fb8f44"
    " #a40e26 #6e7781 #b4a300"
).split()


class Drawing:
    def __init__(self, height):
        self.parts = [
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}"'
            f' width="{WIDTH}" height="{height}" font-size="12"'
            ' font-family="Helvetica, Arial, DejaVu Sans, sans-serif">',
            '<rect width="100%" height="100%" fill="#ffffff"/>',
        ]

    def __str__(self):
        return "\n".join([*self.parts, "</svg>"]) + "\n"

    def heading(self, comparison, title):
        machine = comparison.machine
        self.text(12, 22, title, size=16, weight="bold")
        about = f"{machine['processor']}, {machine['isa']}, {comparison.date}. Longer is faster."
        self.text(WIDTH - 12, 22, about, color=FAINT, anchor="end")

    def legend(self, x, y, words):
        """Writes the words and returns where the next entry begins."""
        self.text(x, y, words)
        return x + 6.6 * len(words) + 18

    def bar(self, x, y, width, height, color):
        self.parts.append(
            f'<rect x="{x:.1f}" y="{y:.1f}" width="{width:.1f}" height="{height:.1f}"'
            f' fill="{color}"/>'
        )

    def dot(self, x, y, color):
        self.parts.append(f'<circle cx="{x:.1f}" cy="{y:.1f}" r="4" fill="{color}"/>')

    def line(self, x1, y1, x2, y2, color=GRID, width=1, dashes="none"):
        self.parts.append(
            f'<line x1="{x1:.1f}" y1="{y1:.1f}" x2="{x2:.1f}" y2="{y2:.1f}" stroke="{color}"'
            f' stroke-width="{width}" stroke-dasharray="{dashes}"/>'
        )

    def text(self, x, y, words, color=INK, anchor="start", weight="normal", size=12):
        self.parts.append(
            f'<text x="{x:.1f}" y="{y:.1f}" fill="{color}" text-anchor="{anchor}"'
            f' font-weight="{weight}" font-size="{size}">{escape(words)}</text>'
        )
