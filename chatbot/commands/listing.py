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
    from chatbot.contract import to_json
    from chatbot.plain_text import to_plain_text
    from chatbot.settings import load_settings
    from chatbot.wiring import open_answerer

    answerer = open_answerer(load_settings(), kb_path)
    outcome = answerer.read_list(medicines)
    answer = answerer.answer_list(outcome)
    if as_json:
        print_json({**outcome.to_json(), "answer": to_json(answer)})
    else:
        typer.echo(to_plain_text(answer))
