"""Conversations kept on request, encrypted, each with its owner."""
