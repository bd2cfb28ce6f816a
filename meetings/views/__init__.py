"""Pages about meetings and their series. Every query starts at ``seat.partnership``."""
