"""What keeps an installation whole: backups and their way back, moves between databases, and a look at all of it."""
