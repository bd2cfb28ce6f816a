"""Pages of goals, numbers and actions. Every query starts at ``seat.partnership``."""
