"""The floor: the smallest Django application that does the same work. No accounts, no languages, no promises kept."""
