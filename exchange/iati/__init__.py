"""Read IATI activity files 2.01 to 2.03. Nothing here imports Django, so it runs alone in a child process."""
