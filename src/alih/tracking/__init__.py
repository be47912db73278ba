"""Studies in the trackers that people use: `alih track` and `alih run --track`.

Everything is read from the study's folder, which is only read, and what a tracker has already is
not sent again. Trackers are told no test scores that nobody has asked about.
"""
