"""Headings that openFDA has run into the text: "5.1 Lactic Acidosis There have been ..." .

openFDA flattens a label section into one line. The section numbers of 21 CFR 201.57 show where a
sub-section begins; where its heading ends must be read from the words: headings are in title case, so
the text begins at the last capital before the first ordinary lower-case word. Where that is not clear,
no heading is taken off: a heading left in the text does no harm, a sentence without its head does.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from ingest.label_text import words
from ingest.name_tables import SALTS

MAX_HEADING_WORDS: Final = 24
MAX_HEADING_CHARS: Final = 180
MAX_GAP: Final = 4
"""Numbers a label may leave out between two sub-sections (8.3 was dropped in 2015)."""

_TOKEN = re.compile(r"\S+")
_CONNECTORS: Final = words(
    """
    a an and as at based by due during after before between for from in into less than greater more of on or other per
    prior the to under up using versus via vs with within without that which when who whose and/or older aged age
    mg mcg g kg ml mg/day years year months month weeks week days hours
    """
)
# A sentence that begins with one of these may go on with a name in capitals: "Withhold CAMPATH during ...".
_STARTERS: Final = words(
    """
    Adjust Administer Advise After All Among Apply Assess Avoid Based Because Before Begin Calculate Check Confirm
    Consider Constitute Continue Counsel Decrease Determine Dilute Discard Discontinue Do During Ensure Evaluate Exclude
    Follow For Give Identify If In Increase Inform Initiate Inject Inspect Instruct Interrupt It Limit Measure Modify
    Monitor No Observe Obtain Perform Permanently Prepare Prescribe Prior Reconstitute Reduce Refer Remove Restart
    Resume Screen Select Start Stop Store Swallow Take Test The There These This Titrate Treat Verify When While
    Withdraw Withhold
    """
)
_LOOK_BACK: Final = 6
# What may follow a drug's name before the verb: "Argatroban Injection must", "Clozapine ODT is".
_TAILS: Final = SALTS | words("tablets capsules injection solution suspension cream odt er xr usp")
_PREPOSITIONS: Final = words("after and as at before by during for from in of on or than to with")
_STOP = re.compile(r"^(?:[\[(]?[Ss]ee|Table|Figure|•.*|\u25a1.*)$")
_NOT_BEFORE = re.compile(
    r"(?:\b(?:see|sections?|tables?|figures?|and|or|to|of|by|than|in|with|from|is|are|was|were|at|approximately|about)"
    r"|[(\[,\-\u2013\u2014±<>=≤≥~/&])$",
    re.IGNORECASE,
)
_QUESTION = re.compile(
    r"(?:(?<=[.?!:])|^)\s*((?:What|Who|How|When|Why|Where|Can|Should)\b[^.?!•]{5,140}\?)\s+(?=[A-Z•])"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Piece:
    """A stretch of a flattened section: its number if it has one, its heading, the text after it."""

    number: str | None
    heading: str | None
    text: str

    @property
    def title(self) -> str | None:
        """Number and heading, one space between."""
        return " ".join(part for part in (self.number, self.heading) if part) or None


def split_numbered(text: str, number: str) -> list[Piece]:
    """Part a section's text at "N.1", "N.2", ... , as far as they rise and stand where a heading can.

    Args:
        text: the section's text without its own heading, one line.
        number: the section's own number, "5".
    """
    cuts: list[tuple[int, int, str]] = []
    last = 0
    for match in re.finditer(rf"(?<![\d.]){re.escape(number)}\.(\d{{1,2}})\.?\s+(?=[A-Z\u201c\"])", text):
        at = int(match[1])
        # What is left of a section after its known parts may begin with any number.
        rises = last < at <= last + MAX_GAP or match.start() == 0
        if not rises or _NOT_BEFORE.search(text[max(match.start() - 20, 0) : match.start()].rstrip()):
            continue
        cuts.append((match.start(), match.end(), f"{number}.{at}"))
        last = at
    if not cuts:
        return [Piece(number=None, heading=None, text=text)]
    pieces = [Piece(number=None, heading=None, text=text[: cuts[0][0]].strip())]
    for n, (_, begin, label) in enumerate(cuts):
        end = cuts[n + 1][0] if n + 1 < len(cuts) else len(text)
        body = text[begin:end].strip()
        at = heading_end(body)
        pieces.append(Piece(number=label, heading=body[:at].strip() or None, text=body[at:].strip()))
    return [piece for piece in pieces if piece.text or piece.number]


def split_questions(text: str) -> list[Piece]:
    """Part a Medication Guide at its headings, which are questions."""
    found = list(_QUESTION.finditer(text))
    if len(found) < 2:
        return [Piece(number=None, heading=None, text=text)]
    pieces = [Piece(number=None, heading=None, text=text[: found[0].start()].strip())]
    for n, match in enumerate(found):
        end = found[n + 1].start() if n + 1 < len(found) else len(text)
        pieces.append(Piece(number=None, heading=match[1], text=text[match.end() : end].strip()))
    return [piece for piece in pieces if piece.text]


def heading_end(text: str) -> int:
    """Where the heading that a sub-section's text begins with ends; 0 where it cannot be told."""
    tokens: list[tuple[int, str]] = []
    begins = -1
    for n, match in enumerate(_TOKEN.finditer(text)):
        word = match[0]
        if n > MAX_HEADING_WORDS or match.start() > MAX_HEADING_CHARS:
            return 0
        if _STOP.match(word) and n:
            return match.start()
        bare = _bare(word)
        tokens.append((match.start(), bare))
        if _is_capitalised(bare):
            begins = n
        elif bare and not bare[0].isdigit() and bare not in _CONNECTORS:
            return _sentence_start(tokens, begins)
        if word.endswith(".") and n and len(bare) > 3:
            return match.end()
    # All of it is title case: a heading and nothing else.
    whole = len(text) <= MAX_HEADING_CHARS and bool(tokens) and tokens[-1][1] not in _CONNECTORS
    return len(text) if whole else 0


def _sentence_start(tokens: list[tuple[int, str]], begins: int) -> int:
    """The offset at which the sentence begins whose last capitalised word before its first plain one is `begins`."""
    if begins < 0:
        return 0
    for n in range(begins, max(begins - _LOOK_BACK, 0), -1):
        # "in Patients", "for The": a phrase of the heading, not the head of a sentence.
        if tokens[n][1] in _STARTERS and tokens[n - 1][1] not in _CONNECTORS:
            return tokens[n][0]
        if tokens[n][1] and tokens[n][1] == tokens[n - 1][1]:
            # "Limitations of Use Use NULOJIX only": the heading's last word and the sentence's first.
            return tokens[n][0]
    # "Treatment with KEVZARA is", "Clozapine Tablets are": the sentence's own first phrase.
    while begins > 1 and (tokens[begins - 1][1] in _CONNECTORS or tokens[begins][1].lower() in _TAILS):
        begins -= 1
        while begins > 1 and not _is_capitalised(tokens[begins][1]):
            begins -= 1
    if not _is_capitalised(tokens[begins][1]):
        # "Use of PRISTIQ with other MAOIs": a heading that is not in title case.
        return 0
    in_capitals = len(tokens[begins][1]) > 1 and not any(letter.islower() for letter in tokens[begins][1])
    if in_capitals and tokens[begins + 1][1] in _PREPOSITIONS:
        return 0
    return tokens[begins][0]


def capitals_end(text: str) -> int:
    """Where a heading in capitals ends ("WARNING: LACTIC ACIDOSIS Postmarketing cases ..."); 0 if there is none."""
    previous = end = 0
    for match in _TOKEN.finditer(text):
        bare = _bare(match[0])
        if match[0].startswith("•"):
            return match.start()
        if any(letter.islower() for letter in bare) and bare not in _CONNECTORS:
            # "JYNARQUE can cause": the sentence began with the word in capitals before.
            boundary = previous if bare[0].islower() else match.start()
            return boundary if boundary <= end else 0
        if bare and bare not in _CONNECTORS and not bare.isdigit():
            previous = match.start()
        end = match.end() + 1
        if end > 2 * MAX_HEADING_CHARS:
            return 0
    return 0


def _bare(word: str) -> str:
    return re.sub(r"^[^\w]+|[^\w]+$", "", word)


def _is_capitalised(bare: str) -> bool:
    return any(letter.isupper() for letter in bare)
