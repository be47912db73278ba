"""Models handed over: a folder with everything that answering for images takes, without the study
that it comes from. No torch.
"""
