"""Label sentences said in other words that keep their meaning: what a careful writer may do with a source.

Each rewording takes a sentence and gives one that the sentence bears out, or None where it does not apply. Only rules
that hold for any sentence are used; none of them knows how the sentences will be checked.
"""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Mapping, Sequence
from typing import Final

Rewording = Callable[[str, random.Random], str | None]

_REFERENCE: Final = re.compile(
    r"\s*[\[(]\s*(?:please\s+)?(?:see|refer to)\b(?:[^\[\]()]|\([^()]*\))*[\])](?=[\s.,;]|$)\s*"
    r"|\s*\(\s*\d+(?:\.\d+)?(?:\s*,\s*\d+(?:\.\d+)?)*\s*\)\s*",
    re.IGNORECASE,
)
_PARENTHESIS: Final = re.compile(r"\s*\((?!\s*s\s*\))[^()]{3,80}\)")
_LIMITING: Final = re.compile(r"\b(?:not|only|unless|except)\b")
_TAIL: Final = re.compile(
    r",\s+(?:including|such as|which|resulting in|leading to|possibly due to|because)\b[^;:]*$", re.I
)
_SYNONYMS: Final = (
    ("has been reported", "has been described"),
    ("have been reported", "have been described"),
    ("concomitant use", "combined use"),
    ("concomitantly", "at the same time"),
    ("is not recommended", "is not advised"),
    ("are not recommended", "are not advised"),
    ("is recommended", "is advised"),
    ("are recommended", "are advised"),
    ("should be", "needs to be"),
    ("prior to", "before"),
    ("following", "after"),
    ("discontinue", "stop"),
    ("discontinued", "stopped"),
    ("discontinuation", "stopping"),
    ("initiate", "start"),
    ("initiation of", "the start of"),
    ("initiating", "starting"),
    ("initial", "first"),
    ("symptoms", "complaints"),
    ("therapy", "treatment"),
    ("severe", "serious"),
    ("evaluate", "assess"),
    ("monitor", "watch"),
    ("monitored", "watched"),
    ("frequently", "often"),
    ("may occur", "can happen"),
    ("occurred", "happened"),
    ("known", "established"),
    ("contact", "call"),
    ("individuals", "people"),
    ("subjects", "participants"),
    ("elevated", "raised"),
    ("elevations", "rises"),
    ("reduce", "lower"),
    ("reduced", "lowered"),
    ("use caution", "be careful"),
    ("immediately", "at once"),
    ("promptly", "quickly"),
    ("obtain", "get"),
    ("consider", "think about"),
    ("sufficient", "enough"),
    ("adequate", "sufficient"),
    ("approximately", "about"),
    ("during treatment", "while being treated"),
    ("required", "needed"),
    ("necessary", "needed"),
    ("additional", "further"),
    ("due to", "because of"),
    ("in patients with", "in people with"),
    ("for patients with", "for people with"),
    ("patients who", "people who"),
)
_PLAIN: Final = (
    ("hypertension", "high blood pressure"),
    ("hypotension", "low blood pressure"),
    ("hypoglycemia", "low blood sugar"),
    ("hyperglycemia", "high blood sugar"),
    ("renal impairment", "kidney problems"),
    ("renal failure", "kidney failure"),
    ("renal function", "kidney function"),
    ("renal", "kidney"),
    ("hepatic impairment", "liver problems"),
    ("hepatic failure", "liver failure"),
    ("hepatic", "liver"),
    ("pediatric patients", "children"),
    ("geriatric patients", "older patients"),
    ("elderly patients", "older people"),
    ("lactation", "breastfeeding"),
    ("nursing mothers", "breastfeeding mothers"),
    ("orally", "by mouth"),
    ("adverse reactions", "side effects"),
    ("adverse events", "side effects"),
    ("administered", "given"),
    ("administer", "give"),
    ("administration", "use"),
    ("concomitant use of", "use together of"),
    ("coadministration of", "taking together"),
    ("myocardial infarction", "heart attack"),
    ("dyspnea", "shortness of breath"),
    ("pruritus", "itching"),
    ("edema", "swelling"),
    ("somnolence", "sleepiness"),
    ("hemorrhage", "bleeding"),
    ("cardiac", "heart"),
    ("pyrexia", "fever"),
    ("emesis", "vomiting"),
    ("neoplasms", "tumors"),
    ("fatal", "deadly"),
    ("hypersensitivity", "allergy"),
    ("contraindicated in", "not to be used in"),
    ("ingestion", "swallowing"),
    ("physician", "doctor"),
    ("healthcare provider", "doctor"),
    ("discontinue", "stop"),
    ("fractures", "broken bones"),
    ("insomnia", "trouble sleeping"),
    ("fetus", "unborn baby"),
    ("fetal harm", "harm to an unborn baby"),
    ("once daily", "once a day"),
    ("twice daily", "twice a day"),
    ("gastrointestinal", "stomach or bowel"),
    ("concurrent", "simultaneous"),
    ("exacerbate", "make worse"),
    ("therapy", "treatment"),
    ("indicated for", "used for"),
    ("utilize", "use"),
)
_UNSEEN: Final = (
    ("requires", "calls for"),
    ("monitor", "keep an eye on"),
    ("avoid", "stay away from"),
    ("approximately", "roughly"),
    ("prior to", "ahead of"),
    ("discontinue", "break off"),
    ("discontinued", "broken off"),
    ("severe", "grave"),
    ("increases", "pushes up"),
    ("increased", "heightened"),
    ("decreases", "brings down"),
    ("decreased", "lessened"),
    ("patients", "those treated"),
    ("symptoms", "troubles"),
    ("immediately", "instantly"),
    ("occur", "come up"),
    ("occurred", "came up"),
    ("recommended", "proposed"),
    ("initiate", "embark on"),
    ("initiating", "embarking on"),
    ("caution", "prudence"),
    ("concomitant", "parallel"),
    ("evaluate", "look into"),
    ("inform patients", "let patients know"),
    ("may cause", "may bring about"),
    ("due to", "on account of"),
    ("reported", "noted"),
    ("history of", "past"),
    ("considered", "weighed"),
    ("established", "proven"),
    ("sufficient", "ample"),
    ("treatment", "care"),
    ("effective", "potent"),
    ("administered", "handed out"),
)
"""Written after the check was, of words it does not know, and not to be taught to it."""
_REORDERED: Final = re.compile(
    r"^((?:If|When|In|For|During|After|Before|While|Because of|Due to)\b[^,;:()\[\]]{8,110}), ([^;:()\[\].]{15,})([.])$"
)
_FRONTED: Final = re.compile(r"^((?!It\b|A\b)[A-Z][^,;:()\[\]]{15,}?) ((?:if|when|during) [^,;:()\[\]]{8,110})([.])$")
_EMBEDDED: Final = re.compile(
    r"\b(?:unknown|known|know|determine|determined|see|asks?|unless|and|or|that|which)$|\bunless\b"
)
"""A clause after one of these belongs to it and can not go elsewhere."""
_HAS_VERB: Final = re.compile(r"\b(?:is|are|was|were|will|should|may|can|has|have|must)\b")
_VERBS: Final[Mapping[str, str]] = {
    "Discontinue": "discontinued",
    "Avoid": "avoided",
    "Monitor": "monitored",
    "Administer": "administered",
    "Withhold": "withheld",
    "Interrupt": "interrupted",
    "Reduce": "reduced",
    "Store": "stored",
    "Evaluate": "evaluated",
    "Assess": "assessed",
    "Initiate": "initiated",
    "Obtain": "obtained",
    "Use": "used",
    "Take": "taken",
    "Measure": "measured",
    "Correct": "corrected",
    "Titrate": "titrated",
}
_ORDER: Final = re.compile(
    rf"^({'|'.join(_VERBS)}) (?!in\b|for\b|with\b|only\b)([^,;:()\[\]]+?)"
    r"((?: (?:if|when|for|in|with|prior to|before|after|during|until|at|based on|to)\b[^;:()\[\]]*)?)([.])$"
)
_PASSIVE: Final = re.compile(
    rf"^([A-Z][^,;:()\[\]]{{3,90}}?) should be ({'|'.join(_VERBS.values())})\b([^;:()\[\]]*)([.])$"
)
_INCREASES: Final = re.compile(
    r"^([A-Z](?:(?!\b(?:not|that|which|substantially|significantly|to)\b)[^,;:()\[\]]){3,70}?) (?:may |can )?"
    r"(increase|decrease|reduce|inhibit|potentiate)s? ((?:(?!\b(?:and|by|which)\b)[^,;:()\[\]]){5,100}?)([.])$"
)
_PLURAL: Final = re.compile(r"\band\b|\bor\b|s$")


def keep(text: str, rng: random.Random) -> str | None:
    """As it is."""
    return text


def trim(text: str, rng: random.Random) -> str | None:
    """Without what sends the reader elsewhere, or without a last clause that only adds to it."""
    cut = _REFERENCE.sub(" ", text)
    tail = _TAIL.sub(".", cut.rstrip())
    shorter = tail if len(tail) < len(cut) and "not" not in cut[len(tail) - 1 :] and len(tail) > 40 else cut
    return _told(shorter, text)


def drop_parenthesis(text: str, rng: random.Random) -> str | None:
    """Without one remark in brackets."""
    found = [
        one for one in _PARENTHESIS.finditer(text) if not re.search(r"\b(?:not|only|unless|except)\b", one.group())
    ]
    if not found:
        return None
    one = rng.choice(found)
    return _told(text[: one.start()] + text[one.end() :], text)


def reorder(text: str, rng: random.Random) -> str | None:
    """The condition after what holds under it, or before."""
    text_only = _REFERENCE.sub(" ", text).replace(" .", ".").strip()
    if found := _REORDERED.match(text_only):
        condition, rest, stop = found.groups()
        return _told(f"{_cased(rest)} {_lower(condition)}{stop}", text)
    if found := _FRONTED.match(text_only):
        rest, condition, stop = found.groups()
        broken = condition.startswith("during") and _HAS_VERB.search(condition)
        if _EMBEDDED.search(rest) or broken:
            return None
        return _told(f"{_cased(condition)}, {_lower(rest)}{stop}", text)
    return None


def change_voice(text: str, rng: random.Random) -> str | None:
    """An order as what should be done, or the other way round; "A raises B" as "B is raised by A"."""
    text_only = _REFERENCE.sub(" ", text).replace(" .", ".").strip()
    if found := _ORDER.match(text_only):
        verb, what, rest, stop = found.groups()
        return _told(f"{_cased(what)} should be {_VERBS[verb]}{rest}{stop}", text)
    if found := _PASSIVE.match(text_only):
        what, done, rest, stop = found.groups()
        if " not" in what or what.lower().startswith(("no ", "it")):
            return None
        verb = next(order for order, past in _VERBS.items() if past == done)
        return _told(f"{verb} {_lower(what)}{rest}{stop}", text)
    if found := _INCREASES.match(text_only):
        one, verb, other, stop = found.groups()
        past = f"{verb}d" if verb.endswith("e") else f"{verb}ed"
        modal = (
            "may be" if " may " in text else "can be" if " can " in text else "are" if _PLURAL.search(other) else "is"
        )
        return _told(f"{_cased(other)} {modal} {past} by {_lower(one)}{stop}", text)
    return None


def use_synonyms(text: str, rng: random.Random) -> str | None:
    """Everyday words of the same meaning in place of the label's."""
    return _replace(text, _SYNONYMS, rng, at_most=3)


def say_plainly(text: str, rng: random.Random) -> str | None:
    """A layperson's words in place of a clinician's."""
    return _replace(text, _PLAIN, rng, at_most=3)


def use_unseen_words(text: str, rng: random.Random) -> str | None:
    """Other words of the same meaning that the check was never shown."""
    return _replace(text, _UNSEEN, rng, at_most=3)


def reword_twice(text: str, rng: random.Random) -> str | None:
    """In plain words and in another order."""
    plain = _replace(text, (*_PLAIN, *_SYNONYMS), rng, at_most=4)
    if plain is None:
        return None
    moved = reorder(plain, rng) or change_voice(plain, rng)
    return _told(moved, text) if moved else None


REWORDINGS: Final[Mapping[str, Rewording]] = {
    "verbatim": keep,
    "trimmed": trim,
    "parenthesis dropped": drop_parenthesis,
    "reordered": reorder,
    "voice changed": change_voice,
    "synonyms": use_synonyms,
    "plain words": say_plainly,
    "plain and reordered": reword_twice,
}
"""By name; joining two sentences needs a second one and is made where the cases are."""
FURTHER_REWORDINGS: Final[Mapping[str, Rewording]] = {"unseen words": use_unseen_words}
"""Not asked for by the bar; what is to be expected of writers with a vocabulary of their own."""


def join(first: str, second: str) -> str:
    """Two sentences as one."""
    return f"{_REFERENCE.sub(' ', first).rstrip(' .')}, and {_lower(_REFERENCE.sub(' ', second).strip())}"


def _replace(text: str, pairs: Sequence[tuple[str, str]], rng: random.Random, *, at_most: int) -> str | None:
    there = [(old, new) for old, new in pairs if re.search(rf"\b{old}\b", text, re.I)]
    if not there:
        return None
    changed = text
    for old, new in rng.sample(there, min(at_most, len(there))):
        if found := re.search(rf"\b{old}\b", changed, re.I):
            changed = changed[: found.start()] + _like(new, found.group()) + changed[found.end() :]
    return _told(changed, text)


def _like(new: str, old: str) -> str:
    return _cased(new) if old[:1].isupper() else new


def _told(changed: str, text: str) -> str | None:
    """The reworded sentence on one line, if it says something and is not what it was."""
    changed = re.sub(r"\s+([.,;])", r"\1", " ".join(changed.split()))
    if len(changed) < 25 or changed == " ".join(text.split()):
        return None
    return changed if changed.endswith((".", "!")) else f"{changed}."


def _cased(text: str) -> str:
    return text[:1].upper() + text[1:]


def _lower(text: str) -> str:
    """In mid-sentence: names in capitals ("VFEND", "HIV") stay as they are."""
    first = text.split(" ", 1)[0]
    return text if first.isupper() or not first[1:].islower() else text[:1].lower() + text[1:]
