"""The colours can be read, and nothing in the page's own files points outside."""

import re
from pathlib import Path

import pytest

ASSETS = Path(__file__).resolve().parents[2] / "chatbot" / "assets"
PAIRS = [
    ("ink", "paper"),
    ("ink", "surface"),
    ("ink", "sunken"),
    ("ink", "mark"),
    ("ink", "accent-soft"),
    ("ink", "raised"),
    ("soft", "paper"),
    ("soft", "surface"),
    ("soft", "sunken"),
    ("accent", "paper"),
    ("accent", "surface"),
    ("accent-strong", "accent-soft"),
    ("on-accent", "accent"),
    ("caution-ink", "caution"),
    ("on-danger", "danger"),
    ("ink", "danger-soft"),
    ("on-danger", "crisis"),
    ("on-box", "box"),
]


def colours(scheme):
    light, dark = (ASSETS / "tokens.css").read_text().split(".dark {")
    found = dict(re.findall(r"--vm-([\w-]+): (#[0-9a-f]{6})", light))
    if scheme == "dark":
        found |= dict(re.findall(r"--vm-([\w-]+): (#[0-9a-f]{6})", dark))
    return found


def luminance(colour):
    """Relative luminance of an sRGB colour, as WCAG 2 defines it."""
    channels = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize(("ink", "ground"), PAIRS)
def test_text_stands_out_from_its_ground(scheme, ink, ground):
    palette = colours(scheme)
    dim, bright = sorted(luminance(palette[name]) for name in (ink, ground))
    assert (bright + 0.05) / (dim + 0.05) >= 4.5


@pytest.mark.parametrize("path", sorted(ASSETS.iterdir()), ids=lambda path: path.name)
def test_no_file_of_the_page_names_another_site(path):
    text = path.read_text().replace("http://www.w3.org/2000/svg", "")
    assert not re.search(r"https?:|//[a-z]+\.[a-z]|@import|url\(", text)


def test_the_script_keeps_nothing_and_calls_nobody():
    script = (ASSETS / "chat.js").read_text()
    assert not re.search(r"Storage|indexedDB|cookie|fetch|XMLHttp|sendBeacon|WebSocket|innerHTML|eval", script)
