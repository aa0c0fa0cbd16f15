"""What an animator does to a take that is there: sparse keys, controls, another hand, time, place or character."""
