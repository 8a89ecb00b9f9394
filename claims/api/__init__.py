"""The way for programs: the same records under the same rules as the pages, as JSON."""
