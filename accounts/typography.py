"""French spaces that do not break, put where texts are read so that nobody has to type them.

« : », « » » and units take a no-break space, « ; », « ? » and « ! » a narrow one (Imprimerie nationale).
"""

import re

from django.template import Origin
from django.template.loaders import filesystem

NO_BREAK, NARROW = "\N{NO-BREAK SPACE}", "\N{NARROW NO-BREAK SPACE}"
_ENDS = r"(?=[\s<\"{.,)]|\Z)"
_WIDE = re.compile(rf"(?<=«) (?=\S)|(?<=\S) (?=»|:{_ENDS})|(?<=[\d}}]) (?=(?:%|€|Mo|Ko){_ENDS})")
_STRAIGHT = re.compile(r"(?<=[a-zà-ÿ])'(?=[a-zà-ÿ])", re.IGNORECASE)
_THIN = re.compile(rf"(?<=\S) (?=[;?!]{_ENDS})")


def spaced(text: str) -> str:
    """The same text: punctuation that no longer begins a line, and the curved apostrophe."""
    return _STRAIGHT.sub("’", _THIN.sub(NARROW, _WIDE.sub(NO_BREAK, text)))


class Loader(filesystem.Loader):
    """Pages as their authors typed them, with French spaces; done once, when a template is compiled.

    Texts of mails keep plain spaces: they are read, searched and quoted by programs.
    """

    def get_contents(self, origin: Origin) -> str:
        text = super().get_contents(origin)
        return spaced(text) if str(origin.name).endswith(".html") else text
