"""The annotated document: a text that was read, with numbered marks and a note to each."""
