"""What people read: figures, tables and HTML pages. Reads run folders and verdicts; no torch."""
