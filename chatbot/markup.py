"""HTML elements from values: text is escaped unless it already is markup.

The only way this package makes HTML, so that no word of a person or a document can become a tag.
"""

from __future__ import annotations

from collections.abc import Iterable

from markupsafe import Markup

Child = str | Markup | int | None
Attribute = str | int | bool | None


def element(tag: str, *children: Child, **attributes: Attribute) -> Markup:
    """`<tag attributes>children</tag>`.

    An attribute's name loses one trailing underscore and its other underscores become hyphens
    (`class_`, `data_key`). None and False leave an attribute out; True gives it no value. `tag` and
    the attributes' names are the program's own words.
    """
    written = Markup("").join(_attribute(name, value) for name, value in attributes.items())
    return Markup("<{}{}>{}</{}>").format(tag, written, join(children), tag)


def join(children: Iterable[Child]) -> Markup:
    """The children one after another, None left out."""
    return Markup("").join(str(child) if isinstance(child, int) else child for child in children if child is not None)


def _attribute(name: str, value: Attribute) -> Markup:
    written = name.removesuffix("_").replace("_", "-")
    if value is None or value is False:
        return Markup("")
    return Markup(" {}").format(written) if value is True else Markup(' {}="{}"').format(written, value)
