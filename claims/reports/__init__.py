"""A review's way out: a frozen snapshot of the chosen claims, and every format rendered from it alone."""
