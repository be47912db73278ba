"""A page that shows a study while it runs (`alih watch`): what its folder holds, read again and
again. Reads only, needs nothing but the core, and takes no look at test scores.
"""
