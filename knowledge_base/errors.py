"""The errors of the knowledge base, one tree.

    VademecumError            anything the user is told in one line
      KnowledgeBaseError      the folder on disk: missing, damaged, of another embedder
      IngestError             a file that cannot be read (raised in `ingest`)

A message says what, which input (by path or id, never its text) and what to do.
"""


class VademecumError(Exception):
    """A problem whose message is fit for the person at the keyboard."""


class KnowledgeBaseError(VademecumError):
    """The knowledge base on disk is missing, damaged or does not fit the settings."""


class IngestError(VademecumError):
    """One source file cannot be read; the rest of the run goes on."""
