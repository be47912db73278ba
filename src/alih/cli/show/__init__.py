"""What commands print: tables, progress, plans, verdicts."""
