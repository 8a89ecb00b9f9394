"""Plain Python on strings: what a document says and where. Knows nothing of Django."""
