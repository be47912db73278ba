"""The study document and everything that follows from it without touching an image: checks, recipes, cells, layer arithmetic."""
