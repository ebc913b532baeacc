"""The product data of an SPL label: ingredients with UNII, generic and brand names, NDC, maker, kind of label, title.

Knows the `48780-1` section's `manufacturedProduct` trees, kits included; knows nothing of the text.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from lxml import etree

from ingest.label_text import clean
from ingest.name_tables import SALTS
from ingest.names import Substance, brand, fold, substance, substances, without_antiseptics
from ingest.safe_xml import local_name
from knowledge_base.types import LabelType

_UNII: Final = "2.16.840.1.113883.4.9"
_NDC: Final = "2.16.840.1.113883.6.69"
_PRODUCTS: Final = ("manufacturedProduct", "manufacturedMedicine", "partProduct", "partMedicine")
_REPACKS = re.compile(r"repack|relabel", re.IGNORECASE)
# The first that is found in the kind of document or in the approval of a product; an emergency use is an exception to
# the others.
_LABEL_TYPES: Final[tuple[tuple[re.Pattern[str], LabelType], ...]] = (
    (re.compile(r"emergency use", re.IGNORECASE), "emergency use"),
    (re.compile(r"\bOTC\b", re.IGNORECASE), "otc"),
    (re.compile(r"prescription|vaccine|plasma|cellular therapy", re.IGNORECASE), "prescription"),
)
_HIGHLIGHTS = re.compile(
    r"these highlights do not include.*?(?:see\s+full prescribing information for[^.]*\.|safely and effectively\.)",
    re.IGNORECASE | re.DOTALL,
)
_SEE_FULL = re.compile(r"see\s+full prescribing information for[^.]*\.", re.IGNORECASE | re.DOTALL)
_ITEM_CODE = re.compile(r"(?=\S*\d)[A-Z\d][A-Z\d/_.-]{2,15}")
_BIOLOGIC_SUFFIX = re.compile(r"-[a-z]{4}")
_APPROVAL = re.compile(r"initial\s+u\.?s\.?\s+approval\s*:?\s*(?:\d{4})?", re.IGNORECASE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Product:
    """What an SPL label says of the medicine it is about."""

    substances: tuple[Substance, ...]
    generic_names: tuple[str, ...]
    brands: tuple[str, ...]
    manufacturer: str | None
    label_type: LabelType
    is_repackaged: bool
    uniis: Mapping[str, str]
    """The ingredient that each substance identifier stands for; a salt's and its moiety's are two of them."""
    ndcs: tuple[str, ...]


def read_product(root: etree._Element) -> Product:
    """The products of a label, all their active ingredients taken together."""
    found: dict[str, Substance] = {}
    printed: dict[str, None] = {}
    raw_brands: dict[str, None] = {}
    uniis: dict[str, str] = {}
    ndcs: dict[str, None] = {}
    for element in root.iter("{*}subject"):
        for part in element.iter():
            name = local_name(part)
            if name == "activeIngredient" or (name == "ingredient" and (part.get("classCode") or "").startswith("ACT")):
                one = _ingredient(part)
                if one is not None:
                    found.setdefault(one.ingredient, one)
                    uniis.update(dict.fromkeys(_codes(part.iter("{*}code"), _UNII), one.ingredient))
            elif name == "genericMedicine":
                printed.update(dict.fromkeys(_names(part)))
            elif name in _PRODUCTS:
                raw_brands.update(dict.fromkeys(_names(part)))
                ndcs.update(dict.fromkeys(_codes(part.iterfind("{*}code"), _NDC)))
    kept = without_antiseptics(list(found.values()))
    if not kept:
        kept = tuple(one for name in printed for one in substances(name))
    words = {name for one in kept for name in (one.ingredient, one.salt or "")}
    brands = dict.fromkeys(known for raw in raw_brands if (known := brand(raw, words)) is not None)
    return Product(
        substances=kept,
        generic_names=tuple(dict.fromkeys(fold(name) for name in printed)),
        brands=tuple(name for name in brands if not _is_swab(name)),
        manufacturer=_manufacturer(root),
        label_type=_label_type(root),
        is_repackaged=any(_REPACKS.search(act) for act in _displayed(root.iterfind(".//{*}actDefinition/{*}code"))),
        uniis=MappingProxyType(uniis),
        ndcs=tuple(ndcs),
    )


def label_type_of(names: Iterable[str]) -> LabelType:
    """The kind of label that names of document types and approvals speak of."""
    words = " / ".join(names)
    return next((kind for pattern, kind in _LABEL_TYPES if pattern.search(words)), "other")


def _label_type(root: etree._Element) -> LabelType:
    approvals = [name for name in _displayed(root.iterfind(".//{*}approval/{*}code")) if "emergency" in name.lower()]
    return label_type_of([*_displayed(root.iterfind("{*}code")), *approvals])


def _displayed(codes: Iterable[etree._Element]) -> list[str]:
    return [name for code in codes if (name := code.get("displayName"))]


def _codes(elements: Iterable[etree._Element], system: str) -> list[str]:
    return [code for one in elements if one.get("codeSystem") == system and (code := (one.get("code") or "").strip())]


def read_title(root: etree._Element, product: Product) -> str:
    """The document's title without the boilerplate of the Highlights, naming the medicine."""
    element = root.find("{*}title")
    raw = "" if element is None else " ".join(_texts(element))
    # A title may say the name twice, before and after the Highlights' sentence; the second is the fuller.
    parts = [part for part in re.split(_HIGHLIGHTS, raw) if clean(_APPROVAL.sub("", part)).strip(" .,:")]
    title = clean(_APPROVAL.sub("", _SEE_FULL.sub("", parts[-1]))).strip(" .,:") if parts else ""
    return named_title(title, product.substances, product.brands)


def named_title(title: str, found: tuple[Substance, ...], brands: tuple[str, ...]) -> str:
    """A title that says which medicine it is about: names are put before a title that has none ("0220K")."""
    ingredients = [one.ingredient for one in found]
    name = " and ".join([", ".join(ingredients[:-1]), ingredients[-1]] if len(ingredients) > 1 else ingredients[:1])
    title = clean(re.sub(r"\s*[®™]", "", title))
    # The maker's own number says nothing to anybody else.
    title = "" if name and _ITEM_CODE.fullmatch(title) else title
    words = {*brands, *ingredients, *(f"{ingredient} {salt}" for ingredient in ingredients for salt in SALTS)}
    if not name or any(word in fold(title) for word in words):
        return _calmer(title, words)
    lead = f"{brands[0].title()} ({name})" if brands else name[:1].upper() + name[1:]
    return f"{lead}: {title}" if title else lead


def _calmer(title: str, words: set[str]) -> str:
    """Generic names in capitals become ordinary words: "LISINOPRIL tablets" -> "Lisinopril tablets"."""
    for word in sorted(words, key=len, reverse=True):
        match = re.search(rf"(?<!\w){re.escape(word.upper())}(?!\w)", title)
        if match and len(word) > 4:
            title = title[: match.start()] + word.capitalize() + title[match.end() :]
    return title


def _ingredient(element: etree._Element) -> Substance | None:
    own = next((child for child in element if local_name(child).endswith("ubstance")), None)
    if own is None:
        return None
    names = _names(own)
    moieties = [
        name for moiety in own.iter("{*}activeMoiety") for inner in moiety.iter("{*}name") for name in _texts(inner)
    ]
    if not names:
        return None
    moiety = clean(moieties[0]) if len(moieties) == 1 else None
    return substance(names[0], moiety)


def _names(element: etree._Element) -> list[str]:
    """The element's own `name` children, each with its suffix: a biologic's ("-aacf") or what sets a product apart."""
    names = []
    for child in element:
        if local_name(child) == "name":
            suffix = clean("".join(inner.text or "" for inner in child))
            space = "" if _BIOLOGIC_SUFFIX.fullmatch(suffix) else " "
            names.append(f"{clean(child.text or '')}{space}{suffix}".strip())
    return [name for name in names if name]


def _texts(element: etree._Element) -> list[str]:
    return [str(text) for text in element.itertext() if text.strip()]


def _manufacturer(root: etree._Element) -> str | None:
    for name in root.iterfind("{*}author/{*}assignedEntity/{*}representedOrganization/{*}name"):
        if words := clean(name.text or ""):
            return words
    return None


def _is_swab(name: str) -> bool:
    return bool(re.search(r"\b(?:alcohol|prep|swabs?|pads?|wipes?)\b", name))
