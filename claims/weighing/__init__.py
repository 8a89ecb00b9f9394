"""Plain Python on judgements: nothing here knows of Django."""
