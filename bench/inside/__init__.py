"""What runs in a process with Django: seeding and timing. ``Place.inside`` calls these functions by name."""
