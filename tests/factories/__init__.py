"""One factory per model, no surprises; one module per app."""
