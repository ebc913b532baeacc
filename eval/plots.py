"""Small plots as SVG text for the report: no script, no address, nothing from outside; every label is escaped."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, NamedTuple

from markupsafe import Markup

WIDTH: Final = 360
HEIGHT: Final = 240
_LEFT: Final = 44
_BOTTOM: Final = 34
_TOP: Final = 24
_RIGHT: Final = 12
_BAR: Final = 18
_LABEL: Final = 130
_LABEL_CHARS: Final = 22
_TICKS: Final = (0.0, 0.25, 0.5, 0.75, 1.0)
_COLOURS: Final = ("#1b6ca8", "#c4572a", "#3f8f4f", "#7a4fa3", "#8a6d1d", "#a8325e", "#4a6a74")


class Line(NamedTuple):
    """A named line of points (x, y), both in [0, 1]."""

    name: str
    points: Sequence[tuple[float, float]]


class Bar(NamedTuple):
    """A named share in [0, 1] of n items."""

    name: str
    value: float
    n: int


def unit_lines(title: str, x_name: str, y_name: str, lines: Sequence[Line], *, diagonal: bool = False) -> Markup:
    """Lines in the unit square; with `diagonal` the one on which a calibrated system lies."""
    parts = [_frame(title, x_name, y_name)]
    for tick in _TICKS:
        parts += [
            _text(_x(tick), HEIGHT - _BOTTOM + 14, f"{tick:g}", "middle"),
            _text(_LEFT - 6, _y(tick) + 4, f"{tick:g}", "end"),
        ]
    if diagonal:
        parts.append(_path([(0, 0), (1, 1)], "#999", dashed=True))
    for number, line in enumerate(lines):
        colour = _COLOURS[number % len(_COLOURS)]
        parts.append(_path(line.points, colour))
        parts += [
            Markup('<circle cx="{:.1f}" cy="{:.1f}" r="2.5" fill="{}"/>').format(_x(x), _y(y), colour)
            for x, y in line.points
            if len(line.points) <= len(_TICKS) * 3
        ]
        parts.append(_text(WIDTH - _RIGHT - 4, _TOP + 14 + 13 * number, line.name, "end", colour))
    return _svg(parts, title, WIDTH, HEIGHT)


def bars(title: str, rows: Sequence[Bar]) -> Markup:
    """Shares as bars that lie, one below the other."""
    height = _TOP + 10 + _BAR * len(rows)
    parts = [_text(4, 15, title, "start", "#222", bold=True)]
    room = WIDTH - _LABEL - 70
    for number, row in enumerate(rows):
        length = room * min(1.0, max(0.0, row.value))
        top = _TOP + 4 + _BAR * number
        name = row.name if len(row.name) <= _LABEL_CHARS else row.name[: _LABEL_CHARS - 1] + "\u2026"
        parts += [
            _text(_LABEL - 6, top + 11, name, "end"),
            Markup('<rect x="{}" y="{}" width="{:.1f}" height="{}" fill="{}"/>').format(
                _LABEL, top, max(1.0, length), _BAR - 5, _COLOURS[0]
            ),
            _text(_LABEL + length + 4, top + 11, f"{row.value:.2f} (n {row.n})", "start"),
        ]
    return _svg(parts, title, WIDTH, height)


def histogram(title: str, x_name: str, values: Sequence[float], n_bins: int = 20) -> Markup:
    """How often values at least 0 fall into bins of equal width."""
    highest = max(values, default=0.0) or 1.0
    counts = [0] * n_bins
    for value in values:
        counts[min(int(value / highest * n_bins), n_bins - 1)] += 1
    most = max(counts, default=0) or 1
    parts = [_frame(title, x_name, "items")]
    for place, count in enumerate(counts):
        left, right = _x(place / n_bins), _x((place + 1) / n_bins)
        top = _y(count / most)
        parts.append(
            Markup('<rect x="{:.1f}" y="{:.1f}" width="{:.1f}" height="{:.1f}" fill="{}"/>').format(
                left, top, right - left - 1, _y(0) - top, _COLOURS[0]
            )
        )
    parts += [_text(_x(tick), HEIGHT - _BOTTOM + 14, f"{tick * highest:.3g}", "middle") for tick in _TICKS]
    parts.append(_text(_LEFT - 6, _y(1) + 4, str(most), "end"))
    return _svg(parts, title, WIDTH, HEIGHT)


def _x(share: float) -> float:
    return _LEFT + min(1.0, max(0.0, share)) * (WIDTH - _LEFT - _RIGHT)


def _y(share: float) -> float:
    return HEIGHT - _BOTTOM - min(1.0, max(0.0, share)) * (HEIGHT - _BOTTOM - _TOP)


def _frame(title: str, x_name: str, y_name: str) -> Markup:
    return Markup("").join(
        [
            _text(4, 15, title, "start", "#222", bold=True),
            Markup('<path d="M{0} {1}V{2}H{3}" fill="none" stroke="#555"/>').format(
                _LEFT, _TOP, HEIGHT - _BOTTOM, WIDTH - _RIGHT
            ),
            _text((WIDTH + _LEFT) / 2, HEIGHT - 6, x_name, "middle"),
            Markup('<g transform="translate(11 {}) rotate(-90)">{}</g>').format(
                HEIGHT / 2, _text(0, 0, y_name, "middle")
            ),
        ]
    )


def _path(points: Sequence[tuple[float, float]], colour: str, *, dashed: bool = False) -> Markup:
    steps = " ".join(f"{'L' if number else 'M'}{_x(x):.1f} {_y(y):.1f}" for number, (x, y) in enumerate(points))
    dash = Markup(' stroke-dasharray="4 3"') if dashed else ""
    return Markup('<path d="{}" fill="none" stroke="{}" stroke-width="1.5"{}/>').format(steps, colour, dash)


def _text(x: float, y: float, text: str, anchor: str, colour: str = "#222", *, bold: bool = False) -> Markup:
    weight = Markup(' font-weight="bold"') if bold else ""
    return Markup('<text x="{:.1f}" y="{:.1f}" text-anchor="{}" fill="{}"{}>{}</text>').format(
        x, y, anchor, colour, weight, text
    )


def _svg(parts: Sequence[Markup], title: str, width: int, height: int) -> Markup:
    opening = Markup(
        '<svg xmlns="http://www.w3.org/2000/svg" role="img" aria-label="{0}" width="{1}" height="{2}" '
        'viewBox="0 0 {1} {2}" font-family="sans-serif" font-size="11">'
    ).format(title, width, height)
    return opening + Markup("").join(parts) + Markup("</svg>")
