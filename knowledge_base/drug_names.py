"""Which medicines a question names: exact names, salts, brands, misspellings, and names nobody holds.

The names come from the labels themselves; the shipped table of medicines adds brands and foreign names
of what is held, and tells a medicine that is *not* held from a misspelling of one that is. A look-alike
is never taken silently: two near names make an `ambiguous` mention, which is for asking, not searching.
Knows no passages and no retrieval.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING, Final, NamedTuple, Self

from rapidfuzz.distance import OSA

from knowledge_base.common_words import edits_to_common, is_common
from knowledge_base.medicine_table import MedicineTable, canonical_ingredient, is_salt_word, medicine_table
from knowledge_base.misspellings import MIN_CHARS, NearName, SpellingIndex
from knowledge_base.name_slots import ends_like_illness, in_drug_slot, in_illness_slot, is_owned
from knowledge_base.phrase_spellings import PhraseSpellings
from knowledge_base.types import DrugMention, DrugName, Match, Relation
from knowledge_base.unknown_drugs import unknown_words
from knowledge_base.words import Word, name_key, singular, word_set, words_of

if TYPE_CHECKING:
    from collections.abc import Mapping

_MATCH: Final[Mapping[Relation, Match]] = MappingProxyType(
    {"ingredient": "exact", "synonym": "exact", "salt": "salt", "brand": "brand"}
)
_RANK: Final = ("exact", "salt", "brand")
_MAX_WORDS: Final = 8
_MEASURED: Final = word_set(
    "glucose potassium sodium calcium magnesium iron phosphate zinc testosterone estrogen oxygen urea"
)
_MEASURES: Final = word_set(
    "level levels low high blood serum elevated increased decreased loss deficiency count concentration"
)
_NEVER: Final = word_set("alcohol water salt sugar oxygen air sunscreen soap glucose sodium fluoride")
"""Names of active ingredients that a question means as something else."""
_MISPRINT: Final = 0.5
_RIVAL: Final = 0.3
"""Two names whose costs differ by less, and their edits by less than the next, are equally near."""
_RIVAL_FAR: Final = 0.5
"""The same where the nearer of them is more than one edit away."""
_RIVAL_EDITS: Final = 0.5
_HEAD: Final = 3
"""Names that also begin alike are mixed up more easily (Lambert, Am. J. Health Syst. Pharm. 54, 1997)."""
_LONG_CHARS: Final = 7
_SURE_CHARS: Final = 9
"""So long a word, one edit from a name, is a misspelling of it whatever stands around."""


class Resolution(NamedTuple):
    """What a question names: medicines that are held or unclear, and words that look like one that is not."""

    mentions: tuple[DrugMention, ...]
    unknown: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Entry:
    """What a name stands for; more than one reading makes it ambiguous, none means it is not held."""

    match: Match
    readings: tuple[tuple[str, ...], ...]


class DrugLexicon:
    """The names of one knowledge base, ready to read questions; safe to share between threads."""

    def __init__(
        self,
        entries: Mapping[tuple[str, ...], _Entry],
        is_text_word: Callable[[str], bool],
        table: MedicineTable,
        codes: Collection[tuple[str, ...]] = (),
    ) -> None:
        self._entries = entries
        self._table = table
        self._is_text_word = is_text_word
        self._longest = min(max(map(len, entries), default=1), _MAX_WORDS)
        names: dict[str, list[str]] = {}
        for key, entry in entries.items():
            if len(entry.readings) == 1 and len(entry.readings[0]) == 1 and entry.match != "salt" and key not in codes:
                names.setdefault(entry.readings[0][0], []).append(" ".join(key))
        self._names = MappingProxyType({ingredient: tuple(found) for ingredient, found in names.items()})
        spelled = (key[0] for key in entries if len(key) == 1 and key not in codes)
        self._spelling = SpellingIndex(word for word in spelled if not is_common(word))
        self._phrases = PhraseSpellings(key for key in entries if key not in codes)

    @classmethod
    def build(
        cls,
        names: Iterable[DrugName],
        *,
        absent: Collection[str] = (),
        is_text_word: Callable[[str], bool] = lambda _: False,
    ) -> Self:
        """Make a lexicon from the names the documents give.

        Args:
            names: every name in the knowledge base; classes are left to `drug_classes.py`.
            absent: further medicines that are not held, besides those of the shipped table.
            is_text_word: whether the documents' texts use a word: such a word is no misspelling.
        """
        table = medicine_table()
        given = [name for name in names if name.relation != "class" and name.ingredients]
        own = [name for name in given if name.relation != "unii"]
        canonical = {raw: canonical_ingredient(raw) for raw in {one for name in own for one in name.ingredients}}
        spelled = _own_spellings(own, canonical)
        readings: dict[tuple[str, ...], list[tuple[Match, tuple[str, ...]]]] = {}
        for name in own:
            key = name_key(name.name)
            if _is_usable(key, name):
                stands_for = _sorted({spelled[canonical[one]] for one in name.ingredients})
                readings.setdefault(key, []).append((_MATCH[name.relation], stands_for))
        for usual, as_held in spelled.items():
            for one in {usual, as_held}:
                if (key := name_key(one)) and key[0] not in _NEVER:
                    readings.setdefault(key, []).append(("exact", (as_held,)))
        entries = {key: _entry(key, found, table) for key, found in readings.items()}
        for key, match, ingredients in _table_names(table, absent):
            if key not in entries:
                held = ingredients <= spelled.keys()
                reading = (_sorted({spelled[one] for one in ingredients}),) if held else ()
                entries[key] = _Entry(match, reading)
        # Identifiers are exact or nothing, and no name by which a text means a medicine.
        codes = {
            name_key(name.name): _Entry(
                "exact", (_sorted(spelled.get(canonical_ingredient(one), one) for one in name.ingredients),)
            )
            for name in given
            if name.relation == "unii"
        }
        return cls({**codes, **entries}, is_text_word, table, codes.keys() - entries.keys())

    def resolve(self, text: str) -> Resolution:
        """The medicines that a text names, in the order they stand in it."""
        words = words_of(text)
        taken: set[int] = set()
        mentions: list[DrugMention] = []
        unknown: list[Word] = []
        for first, last, entry in self._exact(words):
            taken.update(range(first, last))
            if entry.readings:
                mentions.append(_mention(text, words[first:last], entry.match, entry.readings))
            else:
                unknown.append(_joined(words[first:last]))
        for found in self._all_misspelt(text, words, taken):
            taken.update(found.places)
            if found.mention is not None:
                mentions.append(found.mention)
            else:
                unknown.append(_joined([words[one] for one in found.places]))
        free = set(range(len(words))) - taken
        n_known = len({mention.ingredients for mention in mentions})
        unknown += unknown_words(words, free, n_known, self._is_text_word)
        unknown.sort(key=lambda word: word.start)
        surfaces = dict.fromkeys(text[word.start : word.end] for word in unknown)
        return Resolution(tuple(sorted(mentions, key=lambda mention: mention.start)), tuple(surfaces))

    def names_of(self, ingredient: str) -> tuple[str, ...]:
        """The further names that mean this one ingredient and are held: brands, synonyms, other spellings."""
        return self._names.get(ingredient, ())

    def all_names(self, ingredients: Iterable[str]) -> tuple[str, ...]:
        """Every name by which a text may mean one of these ingredients."""
        return tuple(dict.fromkeys(name for one in ingredients for name in (one, *self.names_of(one))))

    def _exact(self, words: Sequence[Word]) -> Iterable[tuple[int, int, _Entry]]:
        place = 0
        while place < len(words):
            last, entry = self._longest_at(words, place)
            if entry is None:
                place += 1
                continue
            while entry.match != "brand" and last < len(words) and is_salt_word(words[last].text):
                entry = _Entry("salt", entry.readings)
                last += 1
            yield place, last, entry
            place = last

    def _longest_at(self, words: Sequence[Word], place: int) -> tuple[int, _Entry | None]:
        for last in range(min(place + self._longest, len(words)), place, -1):
            key = tuple(word.text for word in words[place:last])
            entry = self._entries.get(key)
            if entry is None and (single := singular(key[-1])) is not None:
                entry = self._entries.get((*key[:-1], single))
            if entry is not None and not _is_measured(words, place, last):
                return last, entry
        return place, None

    def _all_misspelt(self, text: str, words: Sequence[Word], taken: set[int]) -> Iterable[_Misspelt]:
        """One name after the other; the caller adds the places of each to `taken`."""
        if (phrase := self._misspelt_phrase(text, words, taken)) is not None:
            yield phrase
        for place in range(len(words)):
            if place not in taken and (found := self._misspelt(text, words, place, taken)) is not None:
                yield found

    def _misspelt_phrase(self, text: str, words: Sequence[Word], taken: set[int]) -> _Misspelt | None:
        """A name of several words with one edit, unless the edited word may be meant as it is written."""
        for near in self._phrases.near(words):
            places = tuple(at for at, one in enumerate(words) if near.written.start <= one.start < near.written.end)
            slip = near.slip()
            if slip is None or (slip and (is_common(slip) or self._is_in_use(slip))) or not taken.isdisjoint(places):
                continue
            readings = self._entries[near.key].readings
            rivals = [key for key in self._phrases.rivals(near) if self._entries[key].readings != readings]
            names = [" ".join(key) for key in (near.key, *rivals)]
            if not rivals and readings:
                return _Misspelt(places, _mention(text, [near.written], "misspelling", readings, *names))
            if readings or any(self._entries[key].readings for key in rivals):
                return _Misspelt(places, _mention(text, [near.written], "ambiguous", (), *names))
            return _Misspelt(places, None)
        return None

    def _misspelt(self, text: str, words: Sequence[Word], place: int, taken: Collection[int]) -> _Misspelt | None:
        word = words[place].text
        following = place + 1
        if following < len(words) and following not in taken and len(word) > 1:
            joined = word + words[following].text
            entry = self._entries.get((joined,)) if len(joined) >= MIN_CHARS + 2 else None
            both_common = is_common(word) and is_common(words[following].text)
            if entry is not None and not both_common:
                pair = words[place : following + 1]
                mention = _mention(text, pair, "misspelling", entry.readings, joined) if entry.readings else None
                return _Misspelt((place, following), mention)
        if len(word) < MIN_CHARS or is_common(word):
            return None
        near = self._spelling.near(word)
        # "klonapins": a plural is read as what one of them is called.
        if (one := singular(word)) is not None:
            of_one = self._spelling.near(one)
            if of_one and (not near or of_one[0].cost < near[0].cost):
                word, near = one, of_one
        if not near or not _is_misspelling(words, place, near[0]):
            return None
        # Labels have misprints too: a long word with one easy slip is the name, whatever texts write it.
        if not (near[0].cost <= _MISPRINT and len(word) >= _SURE_CHARS) and self._is_in_use(word):
            return None
        return _Misspelt((place,), self._read(text, words[place], word, near))

    def _read(self, text: str, word: Word, typed: str, near: Sequence[NearName]) -> DrugMention | None:
        """The one medicine a misspelling stands for, an ambiguous mention, or None for one that is not held."""
        best = near[0]
        entry = self._entries[(best.name,)]
        mixed_up = self._table.look_alikes_of(best.name)
        # However far a look-alike is, it is weighed before the nearest name is taken.
        around = self._table.mixed_up_near(typed, best.edits)
        weighed = (NearName.between(typed, name) for name in mixed_up | around)
        others = {one.name: one for one in (*weighed, *near[1:])}
        rivals = {name for name, one in others.items() if self._is_rival(best, one, mixed_up=name in mixed_up)}
        # Nor is a third name taken that is no nearer than both of a pair.
        pairs = {name for name in around if not around.isdisjoint(self._table.look_alikes[name])}
        rivals |= {name for name in pairs if not self._is_same(best.name, name)}
        if rivals or len(entry.readings) > 1:
            names = (best.name, *sorted(rivals))
            if any(self._entries[(name,)].readings for name in names):
                return _mention(text, [word], "ambiguous", (), *names)
            return None
        return _mention(text, [word], "misspelling", entry.readings, best.name) if entry.readings else None

    def _is_rival(self, best: NearName, other: NearName, *, mixed_up: bool) -> bool:
        if self._is_same(best.name, other.name):
            return False
        farther, dearer = other.distance - best.distance, other.cost - best.cost
        if farther < _RIVAL_EDITS and dearer < (_RIVAL if best.distance <= 1 else _RIVAL_FAR):
            return True
        if not mixed_up or farther > 1:
            return mixed_up and other.edits <= best.edits
        # A word that leads away from the other name as well is no step towards it.
        is_on_the_way = best.edits + other.edits <= OSA.distance(best.name, other.name)
        is_near = dearer < 1 or (dearer == 1 and best.name[:_HEAD] == other.name[:_HEAD])
        return other.edits <= best.edits or dearer < _RIVAL or (is_on_the_way and is_near)

    def _is_same(self, one: str, other: str) -> bool:
        readings = self._entries[(one,)].readings
        same_here = bool(readings) and readings == self._entries[(other,)].readings
        return same_here or self._table.same(one, other)

    def _is_in_use(self, word: str) -> bool:
        return self._is_text_word(word) or self._is_text_word(singular(word) or word)


class _Misspelt(NamedTuple):
    places: tuple[int, ...]
    mention: DrugMention | None


def _own_spellings(names: Sequence[DrugName], canonical: Mapping[str, str]) -> dict[str, str]:
    """For each ingredient's one spelling, the spelling that most documents use."""
    counts = Counter((canonical[raw], raw) for name in names for raw in name.ingredients)
    spelled: dict[str, str] = {}
    for usual, raw in sorted(counts, key=lambda one: (-counts[one], len(one[1]), one[1])):
        spelled.setdefault(usual, raw)
    return spelled


def _is_usable(key: tuple[str, ...], name: DrugName) -> bool:
    """Whether a label's name may be looked for in questions.

    A combination named by its parts is read part by part; a name of everyday words ("stay awake", "dove",
    "allergy relief") would be found where nobody meant it.
    """
    if not key or len(key) > _MAX_WORDS or len("".join(key)) < 3 or all(word.isdigit() for word in key):
        return False
    if len(name.ingredients) > 1 and name.relation != "brand":
        parts = {word for ingredient in name.ingredients for word in name_key(ingredient)}
        if parts & set(key):
            return False
    if name.relation == "ingredient":
        return key[0] not in _NEVER
    return not all(is_common(word) or word.isdigit() for word in key)


def _entry(key: tuple[str, ...], found: Sequence[tuple[Match, tuple[str, ...]]], table: MedicineTable) -> _Entry:
    """One reading if the documents agree; a brand that also names line extensions means the plain product."""
    if len(set(found)) == 1:
        return _Entry(found[0][0], (found[0][1],))
    match = min((match for match, _ in found), key=_RANK.index)
    readings = sorted({ingredients for each, ingredients in found if each == match}, key=lambda one: (len(one), one))
    if match == "brand" and len(readings) > 1:
        known = table.brands.get(key)
        usual = [one for one in readings if known is not None and {canonical_ingredient(name) for name in one} == known]
        if usual:
            readings = usual
        elif all(set(readings[0]) <= set(one) for one in readings[1:]):
            readings = readings[:1]
    return _Entry(match, tuple(readings))


def _table_names(
    table: MedicineTable, absent: Collection[str]
) -> Iterable[tuple[tuple[str, ...], Match, frozenset[str]]]:
    for key, ingredients in table.synonyms.items():
        yield key, "exact", ingredients
    for key, ingredients in table.brands.items():
        yield key, "brand", ingredients
    for name in (*table.ingredients, *table.look_alikes, *absent):
        yield name_key(name), "exact", frozenset((canonical_ingredient(name),))


def _mention(
    text: str, words: Sequence[Word], match: Match, readings: tuple[tuple[str, ...], ...], *read_as: str
) -> DrugMention:
    start, end = words[0].start, words[-1].end
    if len(readings) > 1:
        match, read_as = "ambiguous", tuple(" and ".join(reading) for reading in readings)
    ingredients = readings[0] if len(readings) == 1 else ()
    return DrugMention(
        mention=text[start:end], start=start, end=end, match=match, ingredients=ingredients, candidates=read_as
    )


def _is_misspelling(words: Sequence[Word], place: int, nearest: NearName) -> bool:
    """Whether a word near a name means it, rather than an everyday word as near or an illness."""
    word = words[place].text
    texts = [one.text for one in words]
    to_common = edits_to_common(word, 2)
    if to_common <= nearest.distance:
        in_slot = in_drug_slot(texts, place, beside_known=False) or is_owned(texts, place)
        return to_common == nearest.distance and in_slot
    if nearest.distance <= 1 and len(word) >= _SURE_CHARS:
        return True
    if in_illness_slot(texts, place) or (nearest.distance > 1 and ends_like_illness(word)):
        return False
    # One letter of a short word changed makes another word: "actin" is not "Actiq".
    return nearest.cost < 1 or len(word) >= _LONG_CHARS or in_drug_slot(texts, place, beside_known=False)


def _is_measured(words: Sequence[Word], place: int, last: int) -> bool:
    """Whether "potassium" is a laboratory value here: "low potassium", "potassium levels"."""
    if last - place > 1 or words[place].text not in _MEASURED:
        return False
    around = {words[place - 1].text if place else "", words[last].text if last < len(words) else ""}
    return bool(around & _MEASURES)


def _joined(words: Sequence[Word]) -> Word:
    return Word(" ".join(word.text for word in words), words[0].start, words[-1].end)


def _sorted(ingredients: Iterable[str]) -> tuple[str, ...]:
    return tuple(sorted(ingredients))
