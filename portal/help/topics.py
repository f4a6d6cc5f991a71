"""What a theme of the help page is made of, and how it is searched."""

import unicodedata
from dataclasses import dataclass, replace

SEARCH_WORDS = 8


@dataclass(frozen=True, slots=True)
class Question:
    """One question: `slug` is its anchor, which people may keep and share; `links` are (label, route)."""

    slug: str
    title: str
    answer: tuple[str, ...]  # paragraphs
    steps: tuple[str, ...] = ()  # a numbered list below them
    links: tuple[tuple[str, str], ...] = ()
    keywords: str = ""  # other words people use
    aside: str = ""  # a template drawn below the answer, for what depends on the reader


@dataclass(frozen=True, slots=True)
class Theme:
    slug: str
    title: str
    questions: tuple[Question, ...]


def fold(text: str) -> str:
    """Lower case without accents; the curved apostrophe is the straight one."""
    bare = unicodedata.normalize("NFKD", text.replace("’", "'"))
    return "".join(letter for letter in bare if not unicodedata.combining(letter)).casefold()


def matching(themes: tuple[Theme, ...], typed: str) -> tuple[Theme, ...]:
    """The themes with the questions that hold every word somewhere, their theme's name included."""
    words = fold(typed).split()[:SEARCH_WORDS]
    found = (
        replace(theme, questions=tuple(q for q in theme.questions if _holds(theme, q, words))) for theme in themes
    )
    return tuple(theme for theme in found if theme.questions)


def _holds(theme: Theme, question: Question, words: list[str]) -> bool:
    text = fold(" ".join((theme.title, question.title, *question.answer, *question.steps, question.keywords)))
    return all(word in text for word in words)
