"""Does this recipe help on my images? Studies of image networks with verdicts that can be trusted."""
