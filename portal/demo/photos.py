"""Photos of damaged cars: a drawn car, its dossier's plate, a mark of damage and a caption, as JPEG."""

import io
from random import Random

from django.conf import settings
from PIL import Image, ImageDraw, ImageFont

from portal.demo.cars import HEIGHT, PAINTS, Car, View, draw, grain

QUALITY = 82
_CHALK = (214, 40, 36)
_SPOTS = {  # where a car may be damaged, in pixels, by view
    View.FRONT: ((430, 630), (850, 630), (640, 655)),
    View.REAR: ((430, 630), (850, 630), (640, 655)),
    View.LEFT: ((300, 640), (600, 650), (820, 640)),
    View.RIGHT: ((960, 640), (680, 650), (460, 640)),
}
_ORDER = {
    "avant": (View.FRONT, View.LEFT, View.RIGHT, View.REAR, View.FRONT),
    "arrière": (View.REAR, View.RIGHT, View.LEFT, View.FRONT, View.REAR),
    "gauche": (View.LEFT, View.FRONT, View.LEFT, View.REAR, View.RIGHT),
}
_OTHERWISE = (View.RIGHT, View.FRONT, View.RIGHT, View.LEFT, View.REAR)


class Studio:
    """Draws each view of each colour once; a photo is then a copy with its own plate, damage and caption."""

    def __init__(self, rng: Random) -> None:
        self._rng = rng
        self._grain = grain(rng)
        self._cars: dict[tuple[View, str], Car] = {}
        font = str(settings.BASE_DIR / "static" / "fonts" / "portail-sans-bold.ttf")
        self._plate_font = ImageFont.truetype(font, 34)
        self._caption_font = ImageFont.truetype(font, 22)

    def take(self, *, plate: str, colour: str, impact: str, rank: int, caption: str) -> bytes:
        """The JPEG of the dossier's photo of this rank, from 0."""
        views = next((views for word, views in _ORDER.items() if word in impact), _OTHERWISE)
        view = views[rank % len(views)]
        car = self._car(view, colour)
        photo = car.picture.copy()
        if rank % 3 != 2:
            self._damage(photo, self._rng.choice(_SPOTS[view]), PAINTS[colour])
        if view in {View.FRONT, View.REAR}:
            self._plate(photo, car, plate)
        ImageDraw.Draw(photo).text((24, HEIGHT - 46), f"DÉMONSTRATION – {caption}", (250, 214, 90), self._caption_font)
        out = io.BytesIO()
        photo.save(out, "JPEG", quality=QUALITY)
        return out.getvalue()

    def _car(self, view: View, colour: str) -> Car:
        if (view, colour) not in self._cars:
            self._cars[view, colour] = draw(view, colour, self._rng, self._grain)
        return self._cars[view, colour]

    def _plate(self, photo: Image.Image, car: Car, text: str) -> None:
        plate = Image.new("RGB", (236, 50), (244, 244, 240))
        pen = ImageDraw.Draw(plate)
        for edge in (0, 218):
            pen.rectangle((edge, 0, edge + 18, 50), fill=(28, 60, 150))
        pen.text((118, 26), text, (20, 20, 20), self._plate_font, anchor="mm")
        photo.paste(plate, (car.plate_at[0] - 118, car.plate_at[1] - 25))

    def _damage(self, photo: Image.Image, spot: tuple[int, int], paint: tuple[int, int, int]) -> None:
        """A dent, scratches down to the metal, and the expert's chalk around them."""
        pen, rng = ImageDraw.Draw(photo), self._rng
        x, y = spot[0] + rng.randint(-30, 30), spot[1] + rng.randint(-25, 25)
        dent = [
            (x + dx * rng.uniform(0.6, 1.2), y + dy * rng.uniform(0.6, 1.2))
            for dx, dy in ((-74, -8), (-40, -46), (12, -54), (62, -30), (80, 10), (34, 48), (-20, 42), (-58, 30))
        ]
        red, green, blue = paint
        pen.polygon(dent, fill=(int(red * 0.5), int(green * 0.5), int(blue * 0.5)))
        for _ in range(rng.randint(5, 9)):
            a, b = x + rng.randint(-70, 40), y + rng.randint(-40, 40)
            pen.line((a, b, a + rng.randint(20, 80), b + rng.randint(-12, 12)), fill=(186, 188, 190), width=3)
        radius = rng.randint(96, 124)
        pen.ellipse((x - radius, y - radius * 0.8, x + radius, y + radius * 0.8), outline=_CHALK, width=6)
