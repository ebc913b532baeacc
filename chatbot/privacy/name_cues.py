"""The words that a name stands after or before: titles, introductions, labels, relations, letters, credentials."""

from __future__ import annotations

import re
from typing import Final

_TITLES_ANY: Final = (
    r"\b(?:[Mm]rs?|MRS?|[Mm]s|MS|[Mm]x|[Dd]rs?|DRS?|[Pp]rof|PROF|[Ss]ra?|[Ss]rta|[Dd]ra|[Mm]me|[Mm]lle"
    r"|Rev|Capt|Sgt|Lt)\b\.?[ \t]+"
)
TITLES: Final = re.compile(rf"{_TITLES_ANY}(?:{_TITLES_ANY})?")
CALLINGS: Final = re.compile(
    r"\b(?:Miss|Mister|Professor|Doctor|Nurse|Sister|Father|Sir|Madame?|Señora?|Herrn?|Frau|Baby|Rabbi|Imam|Judge"
    r"|miss|MISS|NURSE|DOCTOR)"
    rf"[ \t]+(?:{_TITLES_ANY})?"
)
INTRODUCTIONS: Final = re.compile(
    r"\b(?:(?:my |his |her |the |patient'?s? |full |legal )?name(?:'s)?(?: is| was|:| band reads| on label)|i am|i'm"
    r"|im|this is|it'?s|its"
    r"|he is|she is|call me|je m'appelle|je suis|mi nombre es|me llamo|soy|ich hei(?:ß|ss)e|ich bin|mein name ist"
    r"|mi chiamo|named"
    r"|on behalf of|sincerely,?|says|writes)[ \t]+(?:the |now )?|\bI, ",
    re.IGNORECASE,
)
NAMING: Final = re.compile(r"\b(?:name is|name's|named|called|me llamo|m'appelle)\s+$", re.IGNORECASE)
LABELS: Final = re.compile(
    r"(?:\b(?:patient(?: name)?|pt|name|client|resident|caller|member|subscriber|guarantor|insured|provider"
    r"|physician|prescriber|pharmacist"
    r"|attending|surgeon|assistant|an(?:a)?esthesia|an(?:a)?esthesiologist|ordered by|ordering|dictated by"
    r"|transcribed by|seen by|seen with"
    r"|signed(?: by)?|signature|attn|attention|regarding|cc|copy|copied to|copy to|contact|emergency contact"
    r"|crisis contact"
    r"|next of kin|nok|coordinator|interpreter|witness|teacher|therapist|guardian|ob|pcp|gp|rep|doula|driver"
    r"|caregiver|volunteer|counselor"
    r"|case manager|social worker|doctor on call|on call|user|author|reviewer|referred by|accepted by|referring"
    r"|consultant|synthesis by"
    r"|message taken by|taken by|wallet|family of|records? of|list of|report of|behalf of)\b[ \t]*[:;=/-]?[ \t]*"
    r"|\b(?:to|from|re|for|with|by|note|msg|message)[ \t]*:[ \t]*)",
    re.IGNORECASE,
)
RELATIONS: Final = re.compile(
    r"\b(?:wife|husband|son|daughter|mother|father|mom|mum|dad|mama|papa|sister|brother|partner|niece|nephew|cousin"
    r"|uncle|aunt|grandson"
    r"|granddaughter|grandmother|grandfather|grandma|grandpa|neighbou?r|friend|caregiver|carer|volunteer|boyfriend"
    r"|girlfriend|bf|gf"
    r"|fianc[eé]e?|kid|child|baby|toddler|doc|pharmacist|nurse|physio|physiotherapist|resident|colleague|boss"
    r"|teacher|doula|twin|spouse"
    r"|technician|attorney|lawyer|interpreter|priest|dentist|therapist|cardiologist|surgeon|midwife|np|patient|pt"
    r"|client|nephrologist)"
    r"(?: is)?,?[ \t]+\(?",
    re.IGNORECASE,
)
LETTERS: Final = re.compile(
    r"(?:^|[\n.!?,:]\s*|\s)(?:dear|hi|hello|hey|good (?:morning|evening|afternoon)|estimad[oa]"
    r"|sehr geehrter? (?:herr|frau)|bonjour|hola"
    r"|ch[eè]re?|liebe[r]?)[ \t]+"
    r"|(?:thanks(?: again)?|thx|thank you|(?:kind |best |warm )?regards|best(?: wishes)?|cheers"
    r"|yours(?: (?:sincerely|truly|faithfully))?|sincerely"
    r"|with thanks|many thanks|atentamente|saludos|mit freundlichen gr(?:ü|ue)(?:ß|ss)en|cordialement|warmly|love"
    r"|signed)[,!.]?\s+",
    re.IGNORECASE,
)
SIGNATURES: Final = re.compile(r"(?:^|[\s.])(?:--|—|–|-|~)[ \t]?(?=[A-Z])", re.MULTILINE)  # noqa: RUF001 - the dashes people sign with
PLACES_OF_PATIENTS: Final = re.compile(
    r"\b(?:bed|rm|room|bay|station|cubicle)[ \t]*\w{1,3}[ \t]*:?[ \t]+(?=[A-Z][a-z'’])"  # noqa: RUF001
    r"|(?<=\),)[ \t]+(?=[A-Z][a-z]+ \()|^(?=[A-Z][\w-]+, [A-Z][a-z]+)",
    re.MULTILINE,
)
CREDENTIALS: Final = re.compile(
    r"(?P<gap>,?[ \t]{1,2})\(?(?:RN|LPN|LVN|CNA|MD|M\.D\.|DO|NP|PA-C|PA|PharmD|RPh|LCSW|LMFT|LMHC|PMHNP|FNP|DNP|CNM"
    r"|CRNA|PhD|MBBS|FRCP|DDS|DMD|BSN"
    r"|PGY-?\d|PsyD|APRN|MSW|EMT|RD)\b"
)
INITIALS: Final = re.compile(
    r"(?:^|[\s.])(?:/|-{1,2}|–|—)[ \t]?(?P<a>[A-Z]{2,3})[.]?[ \t]*$"  # noqa: RUF001
    r"|\b(?:initials|subject|pt)[ \t]+(?P<b>(?:[A-Z]\.){2,3})"
    r"|\b(?:[Rr]eviewed|[Tt]ranscribed by|[Tt]yped by|[Dd]ictated by|[Ss]igned|[Ii]nitial(?:s|ed)|[Vv]erified by"
    r"|[Cc]alled by|RN by)[ \t:]+(?P<c>[A-Z]{2,3}|[a-z]{2,3})(?=[.,;]|\s*$|\sat\b)"
    r"|\bby[ \t]+(?P<d>[a-z]{2,3})(?=\sat\s\d|\.?\s*$)",
    re.MULTILINE,
)
AFTER_DOSE: Final = re.compile(
    r"\s?(?:XL|XR|ER|SR|CR|LA|HCT|PM|DM)?\s?\d[\d.,/]*\s?-?(?:mg|mcg|µg|μg|g|ml|mL|units?|iu|meq|%|tabs?|tablets?"
    r"|puffs?)\b",
    re.IGNORECASE,
)
