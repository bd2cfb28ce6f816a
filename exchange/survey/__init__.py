"""Earlier rounds of feedback in a long CSV file: one line, one answer. What leaves this package holds nobody."""
