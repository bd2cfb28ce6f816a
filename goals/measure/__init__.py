"""Indicator mathematics: plain Python, nothing of Django, nothing to install."""
