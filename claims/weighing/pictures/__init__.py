"""Pictures from plain data: the same SVG in a page, in a report's page and in its PDF. Words come in as arguments."""
