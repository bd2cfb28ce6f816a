"""Health mathematics and disclosure control: plain Python, nothing of Django. Only `beta` needs scipy, when called."""
