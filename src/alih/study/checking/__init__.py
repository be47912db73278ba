"""What must agree within a document, and with the files that it names."""
