def check_none(take): pass
