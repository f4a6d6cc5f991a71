"""Small files of every kind a shop may send, made here: good, broken and hostile."""

import io

import pikepdf
from pikepdf import Array, Dictionary, Name, String
from PIL import Image


def pdf(*, text="", pages=1, prepare=lambda pdf: None, **saving):
    """A PDF with `text` on each page."""
    out = io.BytesIO()
    with pikepdf.new() as made:
        font = made.make_indirect(Dictionary(Type=Name.Font, Subtype=Name.Type1, BaseFont=Name.Helvetica))
        for _ in range(pages):
            page = made.add_blank_page(page_size=(300, 200))
            page.add_resource(font, Name.Font, Name.F1)
            page.contents_add(f"BT /F1 12 Tf 20 100 Td ({text}) Tj ET".encode())
        prepare(made)
        made.save(out, **saving)
    return out.getvalue()


def _action(**fields):
    return lambda made: setattr(made.Root, "OpenAction", made.make_indirect(Dictionary(**fields)))


def _attached(name, content):
    def prepare(made):
        made.attachments[name] = pikepdf.AttachedFileSpec(made, content, filename=name)

    return prepare


def _hidden_script(made):
    made.pages[0].Annots = Array(
        [
            Dictionary(
                Type=Name.Annot, Subtype=Name.Link, Rect=[0, 0, 9, 9], A=Dictionary(S=Name.JavaScript, JS=String("1"))
            )
        ]
    )


def _no_page(made):
    del made.pages[0]


def image(kind="JPEG", size=(640, 480), **saving):
    out = io.BytesIO()
    Image.radial_gradient("L").resize(size).convert("RGB").save(out, kind, **saving)
    return out.getvalue()


def located_photo():
    """A phone's photo: taken on its side, with the place."""
    exif = Image.Exif()
    exif[274] = 6  # turned a quarter
    exif.get_ifd(0x8825)[1] = "N"
    exif[271] = "TELEPHONE-SECRET"
    return image(exif=exif)


def heic():
    import pillow_heif

    out = io.BytesIO()
    pillow_heif.from_pillow(Image.radial_gradient("L").convert("RGB")).save(out, quality=40)
    return out.getvalue()


def bomb():
    """Few bytes, many pixels."""
    out = io.BytesIO()
    Image.new("1", (20_000, 20_000)).save(out, "PNG")
    return out.getvalue()


def animated():
    out = io.BytesIO()
    frames = [Image.new("RGB", (300, 300), colour) for colour in ("red", "blue")]
    frames[0].save(out, "WEBP", save_all=True, append_images=frames[1:])
    return out.getvalue()


XML = b"<?xml version='1.0'?><rsm:CrossIndustryInvoice xmlns:rsm='x'/>"
GOOD = {
    "plain.pdf": pdf(text="Devis"),
    "place.pdf": pdf(prepare=lambda made: setattr(made.Root, "OpenAction", Array([made.pages[0].obj, Name.Fit]))),
    "factur-x.pdf": pdf(prepare=_attached("factur-x.xml", XML)),
    "owner-locked.pdf": pdf(encryption=pikepdf.Encryption(owner="secret", user="")),
    "photo.jpg": image(),
    "photo.png": image("PNG"),
    "photo.webp": image("WEBP"),
    "photo.heic": heic(),
}
REFUSED = {
    "empty.pdf": (b"", "empty"),
    "blank.pdf": (b"\0" * 500, "empty"),
    "text.pdf": (b"hello", "format"),
    "page.pdf": (b"<html>%PDF-1.4</html>", "format"),
    "drawing.jpg": (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "format"),
    "program.pdf": (b"MZ\x90\0", "format"),
    "office.pdf": (b"PK\x03\x04" + b"\0" * 50, "format"),
    "animation.gif": (image("GIF"), "format"),
    "locked.pdf": (pdf(encryption=pikepdf.Encryption(owner="a", user="secret")), "encrypted"),
    "cut.pdf": (GOOD["plain.pdf"][:-200], "broken"),
    "noise.pdf": (b"%PDF-1.7\n" + b"\x00\xffnoise" * 400, "broken"),
    "no-page.pdf": (pdf(prepare=_no_page), "no_page"),
    "script.pdf": (pdf(prepare=_action(S=Name.JavaScript, JS=String("app.alert(1)"))), "active"),
    "hidden-script.pdf": (pdf(prepare=_hidden_script), "active"),
    "launch.pdf": (pdf(prepare=_action(S=Name.Launch, F=String("calc.exe"))), "active"),
    "attachment.pdf": (pdf(prepare=_attached("facture.exe", b"MZ\x90")), "attachment"),
    "not-an-invoice.pdf": (pdf(prepare=_attached("factur-x.xml", b"MZ\x90")), "attachment"),
    "bomb.png": (bomb(), "pixels"),
    "cut.jpg": (image()[:3000], "broken"),
    "cut.heic": (heic()[: len(heic()) // 2], "broken"),
    "noise.jpg": (b"\xff\xd8\xff\xe0" + b"\x11" * 900, "broken"),
}
