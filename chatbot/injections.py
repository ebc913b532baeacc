"""Sentences of a document that are meant for a machine, not a reader: never quoted, never given to a model.

A label has no reason to speak of prompts, to hand out a role, to call a tool or to carry markup that a renderer would
act on. What such a sentence claims besides is left to the document, like everything else in it. Knows no medicine.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Final

_TO_MACHINE: Final = re.compile(
    r"""
    \b(?:ignore|disregard|forget|override|bypass|do\ not\ follow)\b[^.!?\n]{0,40}
      \b(?:previous|prior|above|earlier|preceding|system|your|all\ (?:other\ )?)\b[^.!?\n]{0,30}
      \b(?:instructions?|prompts?|rules?|guidelines?\ above|directions?\ above|context|polic(?:y|ies)|guardrails?)\b
    | \b(?:system|developer|hidden|initial|secret)\ (?:prompt|message|instructions?)\b
    | \bnew\ (?:system\ )?(?:instructions?|rules?|prompts?)\ (?:for\ (?:the\ )?(?:ai|assistant|model|chatbot)|:)
    | \byou\ are\ (?:now\ )?(?:an?\ |the\ )?
      (?:unrestricted|uncensored|jailbroken|evil|helpful|dan\b|ai\b|assistant|chatbot)
    | \b(?:as|to|for|dear|attention|note\ to|hey)[,:]?\ (?:an?\ |the\ |any\ |all\ )?
      (?:ai|llms?|language\ models?|chatbots?|ai\ assistants?|ai\ models?)\b
    | \b(?:ai|llm|language\ model|chatbot|ai\ (?:assistant|model))s?\ (?:must|should|shall|will|has\ to|are\ to)\b
    | \b(?:assistant|model)\ (?:must|should|shall|will)\ (?:write|say|reply|answer|respond|output|print|cite|state)\b
    | \b(?:tell|reply\ to|answer|respond\ to)\ the\ (?:user|asker|human)\b
    | \b(?:when|if)\ (?:you\ are\ )?(?:asked|answering|summari[sz]ing)\b[^.!?\n]{0,60}
      \b(?:say|reply|respond|answer|output|write|print)\b
    | \b(?:respond|reply|answer|output|print|write|repeat)\ (?:only\ with|with\ only|exactly|verbatim|the\ following)\b
    | \b(?:jailbreak|prompt\ injection|developer\ mode|do\ anything\ now)\b
    | \b(?:call|invoke|run|execute)\ (?:the\ )?(?:[a-z_]+\ )?(?:tools?|functions?|plugins?|shell|commands?|api)\b
    | ^\s*\#{0,4}\s*(?:system|assistant|user|developer)\s*:
    | <\|[^|>]{1,40}\|> | \[/?INST\] | <</?SYS>> | </?(?:tool_call|function_call|system|assistant|evidence)\b
    | [{,]\s*"(?:tool|tool_call|function|role|arguments)"\s*:
    """,
    re.IGNORECASE | re.VERBOSE | re.MULTILINE,
)
_ACTIVE: Final = re.compile(
    r"""
    !\[[^\]\n]*\]\s*[(\[] | \]\(\s*(?:javascript|data|vbscript|file):
    | \b(?:javascript|vbscript):\S | \bdata:\w+/\w+[;,] | \bon(?:error|load|click)\s*=
    | </?[a-z][a-z0-9]*(?:\s[^<>]*)?/?> | <!-- | -->
    | \[E?\d+\]\s*:\s*https?:
    """,
    re.IGNORECASE | re.VERBOSE,
)


@lru_cache(maxsize=4096)
def speaks_to_machine(text: str) -> bool:
    """Whether a text holds an instruction to a program, or markup that a renderer would act on."""
    return bool(_TO_MACHINE.search(text) or _ACTIVE.search(text))
