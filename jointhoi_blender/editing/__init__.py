"""What an animator does to a take that is there: sparse keys, controls, another hand, another time, another character."""
