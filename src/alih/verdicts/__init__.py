"""From run folders to verdicts: which runs count, families of comparisons, looks, the JSON of `alih
compare`. No torch.
"""
