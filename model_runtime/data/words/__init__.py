"""Wordings of captions, as tables. A "group" has some to train on and some that are kept away from training."""


def group(train, test):
    """{"train": wordings, "test": wordings never trained on}, both given as one string with "|" between wordings."""
    return {split: tuple(w.strip() for w in words.split("|")) for split, words in (("train", train), ("test", test))}
