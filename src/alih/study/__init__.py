"""The study document and all that follows from it without opening an image: reading, checks,
recipes, cells. No torch.
"""
