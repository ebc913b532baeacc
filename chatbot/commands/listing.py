"""`vademecum check`: what the labels of a list of medicines say of each other."""

from __future__ import annotations

from typing import Annotated

import typer

from chatbot.commands.options import JsonOption, KbOption, print_json


def check(
    medicines: Annotated[list[str], typer.Argument(help="The medicines, one argument each: warfarin ibuprofen ...")],
    kb_path: KbOption = None,
    as_json: JsonOption = False,
) -> None:
    """Interactions and duplicates in a list of medicines, in the words of their labels."""
    from chatbot.list_answer import to_answer
    from chatbot.list_check import ListChecker
    from chatbot.plain_text import to_plain_text
    from chatbot.settings import load_settings
    from chatbot.wiring import open_kb
    from knowledge_base.retriever import HybridRetriever

    knowledge_base = open_kb(load_settings(), kb_path)
    outcome = ListChecker(knowledge_base.store, HybridRetriever(knowledge_base)).check(medicines)
    if as_json:
        print_json(outcome.to_json())
    else:
        typer.echo(to_plain_text(to_answer(outcome, ", ".join(medicines))))
