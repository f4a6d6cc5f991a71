"""Cars drawn from three sides, on a workshop's floor: the backgrounds of the photos."""

from dataclasses import dataclass
from enum import StrEnum
from random import Random

from PIL import Image, ImageDraw, ImageFilter

WIDTH, HEIGHT = 1280, 960
_MARGIN = 60  # drawn around, cut off after turning
PAINTS = {
    "gris": (128, 134, 140),
    "blanc": (226, 228, 228),
    "noir": (44, 46, 50),
    "bleu": (42, 84, 150),
    "rouge": (158, 38, 40),
    "beige": (190, 176, 146),
}
_GLASS, _TYRE, _RIM = (62, 78, 92), (24, 24, 26), (168, 172, 176)
_LAMP, _TAIL = (244, 240, 214), (172, 24, 28)
_SHADE = 0.72
_Colour = tuple[int, int, int]


class View(StrEnum):
    FRONT = "front"
    REAR = "rear"
    LEFT = "left"
    RIGHT = "right"


@dataclass(frozen=True, slots=True)
class Car:
    """A drawn car, and where the middle of its plate is."""

    picture: Image.Image
    plate_at: tuple[int, int]


def grain(rng: Random) -> Image.Image:
    """The noise of a sensor, the same in every picture."""
    return Image.frombytes("L", (WIDTH, HEIGHT), rng.randbytes(WIDTH * HEIGHT)).convert("RGB")


def draw(view: View, colour: str, rng: Random, grain: Image.Image) -> Car:
    scene = _workshop(rng)
    pen = _Pen(ImageDraw.Draw(scene), PAINTS[colour], rng)
    lamp = _LAMP if view == View.FRONT else _TAIL
    plate = _side(pen) if view in {View.LEFT, View.RIGHT} else _end(pen, lamp)
    if view == View.RIGHT:
        scene, plate = scene.transpose(Image.Transpose.FLIP_LEFT_RIGHT), (WIDTH - plate[0], plate[1])
    return Car(Image.blend(scene.filter(ImageFilter.SMOOTH), grain, 0.02), plate)


def _workshop(rng: Random) -> Image.Image:
    """A wall, a floor with its joints, and light that falls from above."""
    tone = rng.randint(-14, 14)
    wall = Image.new("RGB", (WIDTH, HEIGHT), (188 + tone, 190 + tone, 188))
    dusk = Image.new("RGB", (WIDTH, HEIGHT), (120, 122, 122))
    scene = Image.composite(dusk, wall, Image.linear_gradient("L").resize((WIDTH, HEIGHT)))
    pen = ImageDraw.Draw(scene)
    floor = int(HEIGHT * rng.uniform(0.58, 0.66))
    pen.rectangle((0, floor, WIDTH, HEIGHT), fill=(118 + tone, 116 + tone, 112))
    joint, vanishing = (104 + tone, 102 + tone, 98), rng.uniform(0.3, 0.7) * WIDTH
    for x in range(-WIDTH, 2 * WIDTH, 170):
        pen.line((vanishing + (x - vanishing) * 0.6, floor, x, HEIGHT), fill=joint, width=3)
    for x in range(rng.randint(-150, 50), WIDTH, 330):
        pen.rectangle((x, 40, x + 210, int(floor * 0.55)), outline=(150, 152, 150), width=5)
    return scene


class _Pen:
    """Draws in units of a thousandth of the car's length, from its lower left corner."""

    def __init__(self, draw: ImageDraw.ImageDraw, paint: _Colour, rng: Random) -> None:
        self.draw, self.paint = draw, paint
        self.scale = rng.uniform(0.94, 1.06)
        self.left = (WIDTH - 1000 * self.scale) / 2 + rng.randint(-40, 40)
        self.floor = HEIGHT * rng.uniform(0.8, 0.84)

    def at(self, x: float, y: float) -> tuple[float, float]:
        return self.left + x * self.scale, self.floor - y * self.scale

    def pixel(self, x: float, y: float) -> tuple[int, int]:
        left, top = self.at(x, y)
        return round(left), round(top)

    def shape(self, *points: tuple[float, float], fill: _Colour) -> None:
        self.draw.polygon([self.at(*point) for point in points], fill=fill)

    def disc(self, x: float, y: float, radius: float, fill: _Colour, flat: float = 1) -> None:
        (cx, cy), r = self.at(x, y), radius * self.scale
        self.draw.ellipse((cx - r, cy - r * flat, cx + r, cy + r * flat), fill=fill)

    def box(self, low: tuple[float, float], high: tuple[float, float], fill: _Colour, radius: float = 12) -> None:
        (left, bottom), (right, top) = self.at(*low), self.at(*high)
        self.draw.rounded_rectangle((left, top, right, bottom), radius=radius * self.scale, fill=fill)

    def stroke(self, *points: tuple[float, float], fill: _Colour, width: int = 4) -> None:
        self.draw.line([self.at(*point) for point in points], fill=fill, width=width, joint="curve")

    @property
    def darker(self) -> _Colour:
        red, green, blue = self.paint
        return int(red * _SHADE), int(green * _SHADE), int(blue * _SHADE)


def _side(pen: _Pen) -> tuple[int, int]:
    pen.disc(500, 8, 520, (70, 69, 67), flat=0.07)
    body = ((8, 70), (0, 170), (30, 232), (190, 262), (318, 392), (640, 400), (800, 270), (965, 240), (998, 170))
    pen.shape(*body, (990, 70), fill=pen.paint)
    pen.shape((8, 70), (2, 130), (998, 130), (990, 70), fill=pen.darker)
    pen.shape((222, 262), (330, 376), (468, 380), (468, 262), fill=_GLASS)
    pen.shape((486, 262), (486, 380), (632, 384), (752, 262), fill=_GLASS)
    for x in (212, 477, 760):
        pen.stroke((x, 262), (x - 4, 90), fill=pen.darker)
    for x in (420, 690):
        pen.box((x, 226), (x + 44, 238), pen.darker, 6)
    pen.box((4, 180), (46, 216), _TAIL)
    pen.box((948, 186), (994, 218), _LAMP)
    for x in (205, 800):
        pen.disc(x, 82, 92, (30, 30, 32))
        pen.disc(x, 78, 80, _TYRE)
        pen.disc(x, 78, 52, _RIM)
        pen.disc(x, 78, 14, (60, 62, 64))
    return pen.pixel(60, 120)


def _end(pen: _Pen, lamp: _Colour) -> tuple[int, int]:
    pen.disc(500, 8, 400, (70, 69, 67), flat=0.08)
    for x in (190, 690):
        pen.box((x, 0), (x + 120, 190), _TYRE, 24)
    pen.shape((170, 150), (160, 330), (250, 400), (750, 400), (840, 330), (830, 150), fill=pen.paint)
    pen.shape((252, 396), (330, 560), (670, 560), (748, 396), fill=pen.paint)
    pen.shape((282, 404), (346, 540), (654, 540), (718, 404), fill=_GLASS)
    pen.box((160, 90), (840, 190), pen.darker, 36)
    pen.stroke((170, 330), (830, 330), fill=pen.darker)
    for low, high in (((176, 262), (300, 326)), ((700, 262), (824, 326))):
        pen.box(low, high, lamp, 18)
    pen.box((340, 262), (660, 318), (50, 52, 54) if lamp == _LAMP else pen.darker, 14)
    for x in (112, 828):
        pen.box((x, 400), (x + 60, 448), pen.paint, 16)
    return pen.pixel(500, 222)
