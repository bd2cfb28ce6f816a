"""Pages about feedback: the form behind a link, and the health pages of a partnership."""
