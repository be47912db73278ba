"""What people read: comparison JSON, figures, tables and the HTML report. Reads run folders only; no torch."""
