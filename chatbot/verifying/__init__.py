"""Checking each written sentence against the sentences it cites: by rule, by nearness, by entailment."""
