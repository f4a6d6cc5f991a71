"""Templates as they are typed made fit to be sent: French spaces that do not break, no indentation.

« : », « » » and units take a no-break space, « ; », « ? » and « ! » a narrow one (Imprimerie nationale).
"""

import re

from django.template import Origin
from django.template.loaders import filesystem
from django.utils.dateformat import DateFormat

NO_BREAK, NARROW = "\N{NO-BREAK SPACE}", "\N{NARROW NO-BREAK SPACE}"
_ENDS = r"(?=[\s<\"{.,)]|\Z)"
_WIDE = re.compile(rf"(?<=«) (?=\S)|(?<=\S) (?=»|:{_ENDS})|(?<=[\d}}]) (?=(?:%|€|Mo|Ko){_ENDS})")
_STRAIGHT = re.compile(r"(?<=[a-zà-ÿ])'(?=[a-zà-ÿ])", re.IGNORECASE)
_THIN = re.compile(rf"(?<=\S) (?=[;?!]{_ENDS})")
_INDENT = re.compile(r"\n[ \t\n]+")
# Tags that write nothing themselves, or hand what they know to a name.
_SILENT = r"(?:if|elif|else|endif|for|empty|endfor|with|endwith|load|cache|endcache|block|endblock|extends)\b"
_OWN_LINE = re.compile(rf"^((?:\{{#[^\n]*?#\}}|\{{% {_SILENT}[^\n%]*%\}}|\{{% [^\n%]* as \w+ %\}})+)\n", re.MULTILINE)


def spaced(text: str) -> str:
    """The same text: punctuation that no longer begins a line, and the curved apostrophe."""
    return _STRAIGHT.sub("’", _THIN.sub(NARROW, _WIDE.sub(NO_BREAK, text)))


def dense(text: str) -> str:
    """A page without its author's indentation and the ends of lines that only hold tags: a browser reads the same."""
    return text if "<pre" in text else _OWN_LINE.sub(r"\1", _INDENT.sub("\n", text))


def say_first() -> None:
    """« 1er décembre », in every date Django writes in letters: its French formats have no ordinal, `j` says « 1 »."""
    DateFormat.j = _day_of_month  # type: ignore[method-assign,assignment]


def _day_of_month(said: DateFormat) -> str:
    number: int = said.data.day  # type: ignore[union-attr]  # a time has none, and is never asked for one
    return "1er" if number == 1 else str(number)


class Loader(filesystem.Loader):
    """Pages as their authors typed them, with French spaces and without indentation; done once, when compiled.

    Texts of mails keep plain spaces: they are read, searched and quoted by programs.
    """

    def get_contents(self, origin: Origin) -> str:
        text = super().get_contents(origin)
        return dense(spaced(text)) if str(origin.name).endswith(".html") else text
