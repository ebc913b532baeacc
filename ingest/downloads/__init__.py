"""Downloads of labels from the public services: planned, resumable, checked."""
