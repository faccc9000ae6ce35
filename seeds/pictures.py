"""Pictures of yards for the demo: drawn, so that nobody takes an invented project for a real place.

A flat drawing of a house, trees and what the project is about, different for every number and always the same for
the same one. Drawn at twice its size and scaled down for smooth edges.
"""

import random
from collections.abc import Callable, Mapping
from io import BytesIO

from PIL import Image, ImageDraw

from models.enums import Direction

_WIDTH, _HEIGHT, _SCALE = 800, 600, 2
_TOP = 130  # cut off above, so that a card, which shows the middle, shows the subject
_GROUND = 390
_SKIES = ("#cfe6ee", "#dcecf3", "#f3e7d3", "#d7e9e0")
_WALLS = ("#e9dcc6", "#d9c3a5", "#c9d6d8", "#e3cfc4")
_GRASS = ("#9dbf8b", "#8fb584", "#a9c592")
_LEAVES = ("#4f8a5b", "#5f9966", "#3f7a5c")
_INK, _GOLD, _TEAL, _RED, _STONE = "#24424a", "#e3a92c", "#1f7a7a", "#c65a46", "#c9c4ba"

Shape = ImageDraw.ImageDraw
Box = tuple[float, float, float, float]


def yard(number: int, direction: Direction) -> bytes:
    """A JPEG of 800 × 470 pixels."""
    source = random.Random(number)
    image = Image.new("RGB", (_WIDTH * _SCALE, _HEIGHT * _SCALE), source.choice(_SKIES))
    draw = ImageDraw.Draw(image)
    _sun(draw, source)
    _rectangle(draw, (0, _GROUND, _WIDTH, _HEIGHT), source.choice(_GRASS))
    _house(draw, source, source.randint(40, 120))
    _house(draw, source, source.randint(430, 520))
    for place in (30, 400, 745):
        _tree(draw, source, place + source.randint(-15, 15))
    _polygon(draw, [(300, _HEIGHT), (380, _GROUND), (430, _GROUND), (560, _HEIGHT)], "#d8d2c6")
    _SUBJECTS[direction](draw, source)
    out = BytesIO()
    image.crop((0, _TOP * _SCALE, *image.size)).reduce(_SCALE).save(out, "JPEG", quality=85)
    return out.getvalue()


def _box(*values: float) -> list[float]:
    return [value * _SCALE for value in values]


def _rectangle(draw: Shape, box: Box, fill: str) -> None:
    draw.rectangle(_box(*box), fill=fill)


def _ellipse(draw: Shape, box: Box, fill: str) -> None:
    draw.ellipse(_box(*box), fill=fill)


def _polygon(draw: Shape, points: list[tuple[float, float]], fill: str) -> None:
    draw.polygon([(x * _SCALE, y * _SCALE) for x, y in points], fill=fill)


def _line(draw: Shape, points: list[tuple[float, float]], fill: str, width: int = 6) -> None:
    draw.line([(x * _SCALE, y * _SCALE) for x, y in points], fill=fill, width=width * _SCALE, joint="curve")


def _sun(draw: Shape, source: random.Random) -> None:
    left = source.randint(560, 680)
    _ellipse(draw, (left, _TOP + 20, left + 60, _TOP + 80), "#f4d68a")


def _house(draw: Shape, source: random.Random, left: int) -> None:
    floors, columns = source.randint(3, 4), source.randint(4, 5)
    width, top = columns * 56 + 20, _GROUND - floors * 52 - 24
    _rectangle(draw, (left, top, left + width, _GROUND), source.choice(_WALLS))
    _rectangle(draw, (left - 6, top - 10, left + width + 6, top), _INK)
    for floor in range(floors):
        for column in range(columns):
            x, y = left + 18 + column * 56, top + 20 + floor * 52
            is_lit = source.random() < 0.2
            _rectangle(draw, (x, y, x + 30, y + 30), "#f6dd9c" if is_lit else "#7fa3ad")
    door = left + 18 + 56 * (columns // 2)
    _rectangle(draw, (door, _GROUND - 40, door + 30, _GROUND), _TEAL)


def _tree(draw: Shape, source: random.Random, x: int) -> None:
    height = source.randint(120, 160)
    _rectangle(draw, (x - 6, _GROUND - height + 60, x + 6, _GROUND + 24), "#7b5a3c")
    leaves = source.choice(_LEAVES)
    for dx, dy, size in ((-34, 34, 66), (6, 30, 62), (-18, 0, 70)):
        top = _GROUND - height + dy
        _ellipse(draw, (x + dx, top, x + dx + size, top + size), leaves)


def _lamp(draw: Shape, x: int, height: int = 190) -> None:
    base = _GROUND + 120
    _line(draw, [(x, base), (x, base - height), (x + 34, base - height)], _INK, 7)
    _ellipse(draw, (x + 22, base - height - 4, x + 58, base - height + 22), _GOLD)


def _bench(draw: Shape, x: int, y: int) -> None:
    for row in (0, 16, 40):
        _rectangle(draw, (x, y + row, x + 130, y + row + 10), "#a9743f")
    for leg in (14, 108):
        _rectangle(draw, (x + leg, y + 40, x + leg + 8, y + 76), _INK)


def _lighting(draw: Shape, _source: random.Random) -> None:
    for x, height in ((120, 190), (330, 170), (640, 200)):
        _lamp(draw, x, height)


def _playground(draw: Shape, _source: random.Random) -> None:
    _ellipse(draw, (70, 440, 380, 580), "#e8d9b8")
    _line(draw, [(130, 540), (160, 420), (190, 540)], _TEAL, 8)
    _line(draw, [(290, 540), (320, 420), (350, 540)], _TEAL, 8)
    _line(draw, [(160, 420), (320, 420)], _TEAL, 8)
    for x in (205, 265):
        _line(draw, [(x, 420), (x - 8, 505)], _INK, 3)
        _rectangle(draw, (x - 26, 503, x + 10, 512), _RED)
    _polygon(draw, [(600, 430), (660, 430), (660, 450), (760, 570), (725, 570), (630, 455)], _GOLD)
    _line(draw, [(605, 560), (605, 420)], _RED, 9)
    _line(draw, [(655, 560), (655, 420)], _RED, 9)
    _polygon(draw, [(590, 424), (630, 385), (670, 424)], _RED)


def _landscaping(draw: Shape, source: random.Random) -> None:
    _bench(draw, 130, 470)
    _ellipse(draw, (570, 470, 770, 560), "#6d4f37")
    for _ in range(36):
        x, y = source.randint(590, 745), source.randint(480, 540)
        _ellipse(draw, (x, y, x + 14, y + 14), source.choice((_RED, _GOLD, "#f2efe9", "#b889b5")))


def _pavements(draw: Shape, _source: random.Random) -> None:
    _polygon(draw, [(0, 520), (_WIDTH, 470), (_WIDTH, 545), (0, 595)], _STONE)
    for x in range(0, _WIDTH, 50):
        tilt = 50 * x / _WIDTH
        _line(draw, [(x, 520 - tilt), (x + 6, 595 - tilt)], "#a59f93", 2)
    _lamp(draw, 660, 170)


def _kerbs(draw: Shape, _source: random.Random) -> None:
    _polygon(draw, [(0, 500), (_WIDTH, 440), (_WIDTH, _HEIGHT), (0, _HEIGHT)], "#8d9397")
    for place in range(0, _WIDTH, 80):
        tilt = 60 * place / _WIDTH
        colour = "#f1eee7" if place // 80 % 2 else _INK
        points = [
            (place, 492 - tilt),
            (place + 80, 486 - tilt),
            (place + 80, 506 - tilt),
            (place, 512 - tilt),
        ]
        _polygon(draw, [(x, float(y)) for x, y in points], colour)


def _ramps(draw: Shape, _source: random.Random) -> None:
    _rectangle(draw, (470, 430, 640, 520), _STONE)
    _polygon(draw, [(220, 520), (470, 430), (470, 520)], "#b9b3a8")
    _line(draw, [(220, 470), (470, 380), (640, 380)], _TEAL, 8)
    for x, y in ((230, 467), (350, 424), (470, 380), (555, 380), (636, 380)):
        _line(draw, [(x, y), (x, y + 50)], _TEAL, 6)


def _dumps(draw: Shape, _source: random.Random) -> None:
    for x, colour in ((150, _TEAL), (250, _GOLD), (350, _RED)):
        _rectangle(draw, (x, 470, x + 76, 550), colour)
        _rectangle(draw, (x - 5, 456, x + 81, 472), _INK)
    _rectangle(draw, (120, 555, 460, 572), _STONE)
    _bench(draw, 590, 480)


def _sports(draw: Shape, _source: random.Random) -> None:
    _polygon(draw, [(90, 570), (190, 440), (640, 440), (740, 570)], "#5f8fa3")
    _line(draw, [(90, 570), (190, 440), (640, 440), (740, 570), (90, 570)], "#f2efe9", 4)
    _line(draw, [(415, 440), (415, 570)], "#f2efe9", 4)
    _line(draw, [(210, 505), (210, 350)], _INK, 8)
    _rectangle(draw, (170, 320, 250, 372), "#f2efe9")
    draw.ellipse(_box(190, 368, 230, 382), outline=_RED, width=5 * _SCALE)
    _ellipse(draw, (520, 510, 556, 546), "#d9813f")


_SUBJECTS: Mapping[Direction, Callable[[Shape, random.Random], None]] = {
    Direction.LANDSCAPING: _landscaping,
    Direction.PAVEMENTS: _pavements,
    Direction.RAMPS: _ramps,
    Direction.LIGHTING: _lighting,
    Direction.KERBS: _kerbs,
    Direction.DUMPS: _dumps,
    Direction.PLAYGROUNDS: _playground,
    Direction.SPORTS: _sports,
}
