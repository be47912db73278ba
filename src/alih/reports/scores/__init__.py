"""The page and the sentences for scores of other tools."""
