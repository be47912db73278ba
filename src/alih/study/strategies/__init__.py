"""What a document says of a strategy: options, and answers to all that the rest asks about it."""
