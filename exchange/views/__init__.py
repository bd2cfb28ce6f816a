"""Pages about files from elsewhere: published activities, and earlier rounds of feedback."""
