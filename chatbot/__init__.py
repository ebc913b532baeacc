"""From a question to a checked, cited answer, and the ways to ask it."""
