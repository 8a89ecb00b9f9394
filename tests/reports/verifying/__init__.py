"""The program that a stranger checks a report with."""
