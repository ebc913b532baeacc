import base64
import dataclasses

from lxml import html

from chatbot.sources_panel import render_empty, render_overview, render_source, sources_of
from knowledge_base.errors import IngestError, KnowledgeBaseError
from knowledge_base.types import Box, Table


def parsed(markup):
    return html.fragment_fromstring(str(markup), create_parent="div")


def of_class(tree, name):
    return [node for node in tree.iter() if name in (node.get("class") or "").split()]


class NoStore:
    """The knowledge base after the document was removed from it."""

    def source_text(self, document_id):
        raise KnowledgeBaseError(f"no document {document_id}")

    def sections(self, document_id):
        raise KnowledgeBaseError(f"no document {document_id}")

    def lines(self, document_id, start, end):
        raise KnowledgeBaseError(f"no document {document_id}")

    def tables(self, document_id, start, end):
        raise KnowledgeBaseError(f"no document {document_id}")

    def changes(self, document_id, start, end):
        raise KnowledgeBaseError(f"no document {document_id}")


def marked(tree):
    return [mark.text for mark in tree.iter("mark")]


def test_a_citation_opens_its_passage_with_the_quote_marked(fakes):
    response = fakes.ibuprofen()
    tree = parsed(render_source(response, 2, "c2", fakes.FakeStore()))
    assert marked(tree) == [response.citations[1].quote]
    (excerpt,) = of_class(tree, "vm-excerpt")
    assert "The most frequent type of adverse reaction is gastrointestinal." in excerpt.text_content()
    assert "Store at room temperature" not in excerpt.text_content()


def test_a_label_shows_where_it_comes_from(fakes):
    tree = parsed(render_source(fakes.ibuprofen(), 0, "c1", fakes.FakeStore()))
    facts = {row.find("dt").text: row.find("dd").text for row in of_class(tree, "vm-facts")[0]}
    assert facts == {
        "Effective": "2026-04-18",
        "Version": "3",
        "Manufacturer": "Example Pharmaceuticals, Inc.",
        "Set id": "5b3c1d52-0000-4000-8000-7d2f6e1f9a01",
    }
    steps = [step.text for step in of_class(tree, "vm-path")[0]]
    assert steps == ["6 Adverse reactions", "6.1 Clinical trials experience"]


def test_a_repackaged_label_says_what_is_known_of_it(fakes):
    response = fakes.ibuprofen()
    citation = response.citations[0]
    document = dataclasses.replace(
        citation.passage.document, is_repackaged=True, label_type="otc", remarks=("Its text is about naproxen.",)
    )
    passage = dataclasses.replace(citation.passage, document=document)
    response = dataclasses.replace(response, citations=(dataclasses.replace(citation, passage=passage),))
    tree = parsed(render_source(response, 0, "c1", fakes.FakeStore()))
    facts = {row.find("dt").text: row.find("dd").text for row in of_class(tree, "vm-facts")[0]}
    assert facts["Repackaged by"] == "Example Pharmaceuticals, Inc."
    assert (facts["Sold"], facts["Remark"]) == ("over the counter", "Its text is about naproxen.")


def test_a_table_is_shown_as_printed_and_nothing_else_of_it(fakes):
    hostile = "<table><tr onclick='x()'><td colspan='2'>50 mg<script>x()</script><img src=x></td></tr></table>"

    class Store(fakes.FakeStore):
        def tables(self, document_id, start, end):
            return (Table(start=start, end=end, html=hostile),)

        def changes(self, document_id, start, end):
            return ((start, end),)

    tree = parsed(render_source(fakes.ibuprofen(), 0, "c1", Store()))
    (folded,) = of_class(tree, "vm-printed")
    (table,) = folded.iter("table")
    assert html.tostring(table, encoding="unicode") == '<table><tr><td colspan="2">50 mg</td></tr></table>'
    facts = {row.find("dt").text: row.find("dd").text for row in of_class(tree, "vm-facts")[0]}
    assert facts["Changed"] == "in this version, as its maker marks"


def test_the_section_path_does_not_repeat_the_title_above_it(fakes):
    citation = fakes.injection().citations[0]
    path = ("INJECTION SAFETY", "Fundamental elements", "Injection safety")
    cited = dataclasses.replace(citation, passage=dataclasses.replace(citation.passage, section_path=path))
    response = dataclasses.replace(fakes.injection(), citations=(cited,))
    tree = parsed(render_source(response, 0, "c1", fakes.FakeStore()))
    assert [step.text for step in of_class(tree, "vm-path")[0]] == ["Fundamental elements", "Injection safety"]


def test_a_quoted_table_row_is_marked_in_its_cells(fakes):
    tree = parsed(render_source(fakes.ibuprofen(), 0, "c4", fakes.FakeStore()))
    assert marked(tree) == ["Dizziness", "3 to 9"]
    assert tree.find(".//table") is not None


def test_a_boxed_warning_opens_too_and_every_line_of_it_is_marked(fakes):
    response = fakes.methotrexate()
    tree = parsed(render_source(response, 0, "w0", fakes.FakeStore()))
    assert "\n".join(marked(tree)) == response.boxed_warnings[0].quote


def test_a_pdf_shows_the_page_on_which_the_quote_begins_with_its_lines_boxed(fakes):
    drawn = []

    def draw(path, page, boxes, zoom):
        drawn.append((path.name, page, tuple(boxes)))
        return b"a picture"

    tree = parsed(render_source(fakes.injection(), 0, "c1", fakes.FakeStore(), draw))
    assert drawn == [("injection.pdf", 3, (Box(68, 130, 410, 148),))]
    source = tree.find(".//img").get("src")
    assert base64.b64decode(source.removeprefix("data:image/png;base64,")) == b"a picture"
    assert marked(tree) == ["Do not enter a vial with a used needle, even for the same patient."]


def test_without_lines_the_boxes_of_the_citation_or_the_passage_are_drawn(fakes):
    drawn = []

    def draw(path, page, boxes, zoom):
        drawn.append((page, tuple(boxes)))
        return fakes.draw_page(path, page, boxes, zoom)

    citation = fakes.injection().citations[0]
    own, whole = Box(70, 400, 90, 410), Box(60, 100, 500, 700)
    passage = dataclasses.replace(citation.passage, boxes=(whole,))
    for boxes in ((own,), ()):
        cited = dataclasses.replace(citation, passage=passage, quote_boxes=boxes)
        response = dataclasses.replace(fakes.injection(), citations=(cited,))
        figure = of_class(parsed(render_source(response, 0, "c1", NoStore(), draw)), "vm-page")[0]
        assert figure.get("data-top") == str(round(100 * (boxes or (whole,))[0].y0 / 842))
    assert drawn == [(3, (own,)), (3, (whole,))]


def test_a_page_that_cannot_be_drawn_leaves_the_text(fakes):
    def fail(path, page, boxes, zoom):
        raise IngestError("the file is gone")

    tree = parsed(render_source(fakes.injection(), 0, "c1", fakes.FakeStore(), fail))
    assert "The page cannot be shown: the file is gone" in tree.text_content()
    assert marked(tree) == ["Do not enter a vial with a used needle, even for the same patient."]


def test_a_document_that_has_left_the_knowledge_base_shows_the_passage_alone(fakes):
    response = fakes.ibuprofen()
    tree = parsed(render_source(response, 0, "c2", NoStore()))
    assert marked(tree) == [response.citations[1].quote]


def test_an_unknown_key_shows_the_overview(fakes):
    response = fakes.ibuprofen()
    assert render_source(response, 0, "c99", fakes.FakeStore()) == render_overview(response, 0)
    assert render_source(response, 0, "all", fakes.FakeStore()) == render_overview(response, 0)


def test_the_overview_groups_sources_by_document_and_numbers_them(fakes):
    response = fakes.methotrexate()
    other = dataclasses.replace(fakes.ibuprofen().citations[0], n=4)
    tree = parsed(render_overview(dataclasses.replace(response, citations=(*response.citations, other)), 0))
    cards = of_class(tree, "vm-doc")
    assert [card.find("h3").text for card in cards] == ["Methotrexate Tablets", "Ibuprofen Tablets, USP 400 mg"]
    assert [mark.text for mark in of_class(tree, "vm-mark")] == ["!", "1", "2", "3", "4"]


def test_nothing_cited_says_what_the_panel_is_for(fakes):
    assert render_overview(fakes.unknown(), 0) == render_empty()


def test_keys_are_unique(fakes):
    for make in (fakes.ibuprofen, fakes.methotrexate, fakes.unknown):
        keys = [source.key for source in sources_of(make())]
        assert len(keys) == len(set(keys))


def test_words_of_a_document_are_never_tags(fakes):
    response = fakes.hostile()
    for markup in (render_overview(response, 0), render_source(response, 0, "c1", fakes.FakeStore())):
        tree = parsed(markup)
        assert tree.find(".//script") is None
        assert tree.find(".//img") is None
        assert "<script>" in tree.text_content()
