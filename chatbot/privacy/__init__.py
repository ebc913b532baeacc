"""Identifiers of people found, replaced and put back; the one way from what was typed to a model, a log or a disk."""
