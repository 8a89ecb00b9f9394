"""One reader a format, each run by `claims.loading.sandbox` in a process of its own. Nothing here knows Django."""
