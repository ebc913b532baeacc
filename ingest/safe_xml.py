"""Reading XML that anybody may have written: nothing is fetched, nothing is expanded, size stays bounded."""

from __future__ import annotations

from lxml import etree

from knowledge_base.errors import IngestError


def parse_xml(data: bytes) -> etree._Element:
    """The root element of an XML document.

    Raises:
        IngestError: the document is damaged, or declares entities (the "billion laughs" attack).
    """
    parser = etree.XMLParser(resolve_entities=False, no_network=True, huge_tree=False, load_dtd=False)
    try:
        root = etree.fromstring(data, parser)
    except etree.XMLSyntaxError as error:
        reason = "it declares entities" if b"<!ENTITY" in data[:65536] else f"damaged ({error.msg})"
        raise IngestError(f"XML cannot be read: {reason}") from None
    dtd = root.getroottree().docinfo.internalDTD
    if dtd is not None and any(True for _ in dtd.iterentities()):  # type: ignore[union-attr]  # missing in the stubs
        raise IngestError("XML refused: its DOCTYPE declares entities")
    return root


def local_name(element: etree._Element) -> str:
    """The tag without its namespace; empty for comments and processing instructions."""
    return element.tag.rpartition("}")[2] if isinstance(element.tag, str) else ""
