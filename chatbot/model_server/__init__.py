"""A vLLM server of our own: how it is started for this machine, watched over, found by the chat, and stopped.

Knows processes, memory and addresses; knows no question and no prompt. What talks to it is `chatbot.llm`.
"""
