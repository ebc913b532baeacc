"""Reproducible judgement of every stage; nothing imports it."""
