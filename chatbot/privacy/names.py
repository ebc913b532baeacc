"""People's names in text without a language model: by the words around them, by given names, by credentials.

Rules in order of trust: a title or an introduction ("Dr. Osei", "my name is ..."), a label or a relation
("Caller: ...", "her son Hector"), a given name with what follows it, a pair of unknown capitalised words. A surname
found once is found wherever it stands again. Medicines and eponyms ("Bell's palsy") stay unless a title says otherwise.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Final, NamedTuple

from chatbot.privacy.identifiers import Identifier
from chatbot.privacy.name_cues import (
    AFTER_DOSE,
    CALLINGS,
    CREDENTIALS,
    INITIALS,
    INTRODUCTIONS,
    LABELS,
    LETTERS,
    PLACES_OF_PATIENTS,
    RELATIONS,
    SIGNATURES,
    TITLES,
)
from chatbot.privacy.name_words import KnowsMedicines, NameWords, name_words
from knowledge_base.words import fold

_WORD: Final = re.compile(r"[^\W\d_]+(?:['’ʼ`´-][^\W\d_]+)*")  # noqa: RUF001 - the apostrophes people type
_POSSESSIVE: Final = re.compile(r"['’ʼ`´]s$", re.IGNORECASE)  # noqa: RUF001
_PARTICLES: Final = frozenset(
    [
        "de",
        "del",
        "della",
        "di",
        "da",
        "dos",
        "das",
        "du",
        "la",
        "le",
        "van",
        "von",
        "der",
        "den",
        "ter",
        "ten",
        "bin",
        "ibn",
        "ben",
        "al",
        "el",
        "o",
        "ó",
        "mac",
        "st",
        "y",
    ]
)
_NO_NAMES: Final = frozenset(
    [
        "mr",
        "mrs",
        "ms",
        "mx",
        "dr",
        "drs",
        "dra",
        "sr",
        "sra",
        "srta",
        "prof",
        "mme",
        "mlle",
        "herr",
        "frau",
        "rn",
        "md",
        "np",
        "pa",
        "do",
        "lpn",
        "will",
        "may",
        "said",
        "can",
        "is",
        "was",
        "has",
        "i",
        "an",
        "does",
        "contin",
    ]
)
"""Titles and credentials, which stand outside a name, and names that are mostly verbs."""
_ABBREVIATION: Final = 5
_MAX_WORDS: Final = 4
_GAP: Final = re.compile(r"\.?[ \t]+|[ \t]*[\"“”'][ \t]*|\.")
_INITIAL_GAP: Final = re.compile(r"\.?[ \t]*")
_MIN_REPEATED: Final = 3
"""Shorter names ("Li", "Bo") are not looked for again: too many words are spelt like them."""


class _Word(NamedTuple):
    text: str
    folded: str
    start: int
    end: int

    @property
    def is_capitalised(self) -> bool:
        return self.text[0].isupper()

    @property
    def is_initial(self) -> bool:
        return len(self.text) == 1 and self.text.isupper()


class NameFinder:
    """Finds names; what is a medicine is told by `medicines`."""

    def __init__(self, medicines: KnowsMedicines, lists: NameWords | None = None) -> None:
        self._medicines = medicines
        self._lists = lists or name_words()

    def find(self, text: str) -> list[Identifier]:
        """The names of a text, possibly overlapping; titles and credentials stand outside."""
        words = _words(text)
        starts = {word.start: place for place, word in enumerate(words)}
        found = {
            *self._after_cues(text, words, starts),
            *self._before_credentials(text, words),
            *self._by_given_name(text, words),
            *self._reversed(text, words),
            *self._unknown_pairs(text, words),
            *_initials(text),
        }
        found |= set(self._again(text, words, found))
        return [Identifier(start, end, "PERSON") for start, end in sorted(found)]

    def _after_cues(self, text: str, words: Sequence[_Word], starts: dict[int, int]) -> Iterator[tuple[int, int]]:
        for pattern, trust in (
            (TITLES, 4), (CALLINGS, 3), (INTRODUCTIONS, 2), (LETTERS, 2), (LABELS, 1), (RELATIONS, 2), (SIGNATURES, 2), (PLACES_OF_PATIENTS, 2)
        ):  # fmt: skip
            for cue in pattern.finditer(text):
                place = starts.get(cue.end())
                if place is not None and (end := self._run(text, words, place, trust)) is not None:
                    yield words[place].start, end

    def _run(self, text: str, words: Sequence[_Word], place: int, trust: int) -> int | None:
        """The end of the name that begins at a word, or None if none does.

        Args:
            text: the text.
            words: its words.
            place: the first word after the cue.
            trust: 3 after a title, which even a medicine's name may follow; 2 after an introduction; 1 after a relation.
        """
        first = words[place]
        if not self._may_begin(text, words, place, trust):
            return None
        capital = first.is_capitalised and not (text.isupper() or _is_all_capitals_around(words, place))
        end, n = first.end, 1
        for before, word in zip(words[place:], words[place + 1 :], strict=False):
            gap = text[before.end : word.start]
            joins = _INITIAL_GAP if before.is_initial else _GAP
            if (
                n == _MAX_WORDS
                or not joins.fullmatch(gap)
                or (gap.startswith(".") and not (before.is_initial or before.folded in ("st",)))
            ):
                break
            if not self._may_continue(text, word, capital=capital, trust=trust):
                break
            n += 1
            if word.folded not in _PARTICLES or word.is_capitalised:
                end = word.end
        return _without_possessive(text, first.start, end)

    def _may_begin(self, text: str, words: Sequence[_Word], place: int, trust: int) -> bool:
        word, lists = words[place], self._lists
        folded = _bare(word)
        following = words[place + 1] if place + 1 < len(words) else None
        if self._is_dosed(text, word) or folded in _NO_NAMES:
            return False
        if word.folded in _PARTICLES:
            rest = next((one for one in words[place:] if one.folded not in _PARTICLES), None)
            return rest is not None and rest.is_capitalised and rest is not word
        if word.is_initial:
            return word.text != "I" and following is not None and following.is_capitalised
        if trust < 3:
            # "my friend Yasmin" is a person, "Yasmin" alone the medicine.
            called = trust == 2 and folded in lists.given and word.is_capitalised
            if (self._is_medicine(word) and not called) or self._is_eponym(text, words, place):
                return False
        if not word.is_capitalised or _is_all_capitals_around(words, place):
            return self._may_begin_without_capital(text, words, place, trust)
        if trust == 4:
            return True
        if folded in lists.not_names or (
            word.text.isupper() and len(word.text) <= _ABBREVIATION and (trust == 0 or folded not in lists.given)
        ):
            return False
        return folded in lists.given or not lists.is_ordinary(folded) or (trust == 3 and folded in lists.words)

    def _may_begin_without_capital(self, text: str, words: Sequence[_Word], place: int, trust: int) -> bool:
        """Where a capital says nothing: text in lower case, and text in capitals."""
        word, lists = words[place], self._lists
        folded = _bare(word)
        if lists.is_given(folded) or (folded in lists.surnames and not lists.is_ordinary(folded)):
            return True
        if lists.is_ordinary(folded) or self._medicines.is_medicine(folded) or len(folded) < _MIN_REPEATED:
            return False
        return trust >= 3 or (trust >= 1 and word.is_capitalised) or self._is_new_pair(text, words, place)

    def _may_continue(self, text: str, word: _Word, *, capital: bool, trust: int) -> bool:
        lists, folded = self._lists, _bare(word)
        if self._is_dosed(text, word) or (self._is_medicine(word) and trust < 3):
            return False
        if word.folded in _PARTICLES:
            return True
        if capital:
            if not word.is_capitalised or folded in _NO_NAMES:
                return False
            return (
                word.is_initial
                or folded in ("jr", "sr", "ii", "iii")
                or folded in lists.words
                or not lists.is_ordinary(folded)
            )
        if len(folded) < 2:
            return word.is_initial
        return folded in lists.given - _NO_NAMES or folded in lists.surnames or (
            not lists.is_ordinary(folded) and not self._medicines.is_medicine(folded) and folded not in lists.eponyms
            and word.is_capitalised
        )  # fmt: skip

    def _is_new_pair(self, text: str, words: Sequence[_Word], place: int) -> bool:
        """Lower-case words that no list knows after "my name is": a name all the same."""
        return not self._lists.is_ordinary(words[place].folded) and len(words[place].folded) > 2 and bool(
            re.search(r"\b(?:name is|name's|named|called|me llamo|m'appelle)\s+$", text[: words[place].start], re.IGNORECASE)
        )  # fmt: skip

    def _before_credentials(self, text: str, words: Sequence[_Word]) -> Iterator[tuple[int, int]]:
        ends = {word.end: place for place, word in enumerate(words)}
        for found in CREDENTIALS.finditer(text):
            place = last = ends.get(found.start("gap"), -1)
            while place >= 0 and last - place < _MAX_WORDS and self._is_name_part(text, words, place):
                if place < last and not _joined(text, words[place], words[place + 1]):
                    break
                place -= 1
            start = place + 1
            if start <= last and words[start].folded not in _PARTICLES:
                yield words[start].start, _without_possessive(text, words[start].start, words[last].end)

    def _is_name_part(self, text: str, words: Sequence[_Word], place: int) -> bool:
        word, lists = words[place], self._lists
        folded = _bare(word)
        if word.folded in _PARTICLES or word.is_initial:
            return True
        if not word.is_capitalised or self._is_medicine(word):
            return False
        if len(word.text) == 2 and word.text.isupper() and place + 1 < len(words) and words[place + 1].is_capitalised:
            return not lists.is_ordinary(folded)
        return (
            lists.is_given(folded) or folded in lists.surnames or folded in lists.words or not lists.is_ordinary(folded)
        )

    def _by_given_name(self, text: str, words: Sequence[_Word]) -> Iterator[tuple[int, int]]:
        """A capitalised given name with the names after it; a surname that is nothing else stands for itself."""
        for place, word in enumerate(words):
            if (
                word.is_initial
                and self._is_initialled(text, words, place)
                and (end := self._run(text, words, place, 1)) is not None
            ):
                yield word.start, end
            if not word.is_capitalised or self._is_medicine(word) or self._is_eponym(text, words, place):
                continue
            if place and words[place - 1].folded in ("st", "saint"):
                continue
            folded = _bare(word)
            if not self._is_known(folded):
                if (
                    folded not in self._lists.words
                    or _is_all_capitals_around(words, place)
                    or not self._surname_follows(text, words, place)
                ):
                    continue
            elif _is_all_capitals_around(words, place) and folded not in self._lists.given:
                continue
            if (end := self._run(text, words, place, 0)) is not None:
                yield word.start, end

    def _is_initialled(self, text: str, words: Sequence[_Word], place: int) -> bool:
        """Whether an initial with its full stop is followed by a surname: "E. Castellanos"."""
        surname = next((word for word in words[place + 1 : place + 3] if not word.is_initial), None)
        if surname is None or not re.fullmatch(r"[A-Z]\.(?: ?[A-Z]\.)? ?", text[words[place].start : surname.start]):
            return False
        folded = _bare(surname)
        return (
            surname.is_capitalised
            and len(folded) >= _MIN_REPEATED
            and not self._lists.is_ordinary(folded)
            and not self._is_medicine(surname)
            and folded not in self._lists.eponyms
        )

    def _is_known(self, folded: str) -> bool:
        lists = self._lists
        parts = re.split(r"[-]", folded)
        known = lists.is_given(folded) or (len(parts) > 1 and all(part in lists.given for part in parts))
        return known or (
            folded in lists.surnames
            and folded not in lists.words
            and folded not in lists.eponyms
            and folded not in lists.ordinary
        )

    def _surname_follows(self, text: str, words: Sequence[_Word], place: int) -> bool:
        if place + 1 == len(words) or words[place].folded not in self._lists.given:
            return False
        following = words[place + 1]
        folded = _bare(following)
        return (
            _joined(text, words[place], following)
            and following.is_capitalised
            and not self._is_medicine(following)
            and (folded in self._lists.surnames or not self._lists.is_ordinary(folded))
            and not self._is_eponym(text, words, place + 1)
        )

    def _reversed(self, text: str, words: Sequence[_Word]) -> Iterator[tuple[int, int]]:
        """ "LINDGREN, ASTRID K" and "McAllister, Shawn P."."""
        for place, (last, first) in enumerate(zip(words, words[1:], strict=False)):
            if not re.fullmatch(r",[ \t]{0,2}", text[last.end : first.start]) or not (
                last.is_capitalised and first.is_capitalised
            ):
                continue
            lists, folded = self._lists, _bare(last)
            if first.folded not in lists.given and not (first.is_initial and folded in lists.surnames):
                continue
            if self._is_medicine(last) or self._is_medicine(first) or lists.is_ordinary(folded) or len(folded) < 2:
                continue
            end, following = first.end, words[place + 2 : place + 3]
            if following and following[0].is_initial and text[first.end : following[0].start] == " ":
                end = following[0].end
            yield last.start, end

    def _unknown_pairs(self, text: str, words: Sequence[_Word]) -> Iterator[tuple[int, int]]:
        """Two capitalised words side by side that no list knows."""
        for place, (one, other) in enumerate(zip(words, words[1:], strict=False)):
            if not (self._is_unknown(text, words, place) and self._is_unknown(text, words, place + 1)):
                continue
            if text[one.end : other.start] != " " or _is_all_capitals_around(words, place):
                continue
            if (end := self._run(text, words, place, 2)) is not None:
                yield one.start, end

    def _is_unknown(self, text: str, words: Sequence[_Word], place: int) -> bool:
        word = words[place]
        folded = _bare(word)
        return (
            word.is_capitalised and len(word.text) > 2 and word.text[1:].islower() and not self._lists.is_ordinary(folded)
            and not self._is_medicine(word) and folded not in self._lists.eponyms and not self._is_eponym(text, words, place)
            and folded not in self._lists.eponym_heads and not self._is_dosed(text, word)
        )  # fmt: skip

    def _again(self, text: str, words: Sequence[_Word], found: set[tuple[int, int]]) -> Iterator[tuple[int, int]]:
        """Every other place where a part of a name that was found stands again."""
        names = {
            word.text if word.is_capitalised else word.folded
            for word in words
            if any(start <= word.start and word.end <= end for start, end in found)
            and len(_bare(word)) >= _MIN_REPEATED
            and not self._is_medicine(word)
            and _bare(word) not in self._lists.eponyms
            and not self._lists.is_ordinary(_bare(word))
            and word.folded not in _PARTICLES
            and _bare(word) not in self._lists.words
        }
        bare = {_POSSESSIVE.sub("", name) for name in names} | {_POSSESSIVE.sub("", name).upper() for name in names}
        for place, word in enumerate(words):
            stem = _POSSESSIVE.sub("", word.text)
            if stem in bare and not self._is_eponym(text, words, place) and not self._is_dosed(text, word):
                yield word.start, word.start + len(stem)

    def _is_medicine(self, word: _Word) -> bool:
        return self._medicines.is_medicine(_bare(word))

    def _is_eponym(self, text: str, words: Sequence[_Word], place: int) -> bool:
        """Whether the word names an illness, a sign or a device: by itself, or by what follows it."""
        word, lists = words[place], self._lists
        parts = {_bare(word), *(() if _bare(word) in lists.given else _bare(word).split("-"))}
        heads = [one.folded for one in words[place + 1 : place + 3]]
        if heads[:1] == ["wort"]:
            return True
        headed = any(head in lists.eponym_heads for head in heads[:1]) or (
            len(heads) > 1 and heads[1] in lists.eponym_heads and _bare(words[place + 1]) in lists.eponyms
        )
        if (not parts & lists.eponyms and not word.folded.endswith("s")) or not parts & lists.eponyms:
            return (
                headed
                and bool(_POSSESSIVE.search(word.text))
                and bool(parts & lists.surnames)
                and heads[0] in ("disease", "syndrome")
            )
        if headed or _POSSESSIVE.search(word.text) or word.text.endswith(("'", "’")):  # noqa: RUF001
            return True
        # "Gordon Bell" is a person, "Bell" alone is not held to be one.
        before = words[place - 1] if place else None
        return not (before is not None and self._lists.is_given(before.folded) and text[before.end : word.start] == " ")

    def _is_dosed(self, text: str, word: _Word) -> bool:
        """Whether an amount stands right behind, as behind a medicine ("Allegra 180 mg")."""
        return AFTER_DOSE.match(text, word.end) is not None


def _words(text: str) -> list[_Word]:
    return [_Word(m.group(), fold(m.group()), m.start(), m.end()) for m in _WORD.finditer(text)]


def _bare(word: _Word) -> str:
    """The folded word without a possessive's ending."""
    return fold(_POSSESSIVE.sub("", word.text))


def _without_possessive(text: str, start: int, end: int) -> int:
    found = _POSSESSIVE.search(text[start:end])
    return start + found.start() if found else end


def _joined(text: str, one: _Word, other: _Word) -> bool:
    gap = text[one.end : other.start]
    return gap in (" ", ". ", ".") and (gap == " " or one.is_initial)


def _is_all_capitals_around(words: Sequence[_Word], place: int) -> bool:
    """Whether the text about a word is in capitals, where a capital says nothing."""
    near = [word for word in words[max(0, place - 3) : place + 4] if len(word.text) > 1]
    return bool(near) and words[place].text.isupper() and sum(word.text.isupper() for word in near) > len(near) / 2


def _initials(text: str) -> Iterator[tuple[int, int]]:
    for match in INITIALS.finditer(text):
        yield match.span(match.lastgroup or 0)
