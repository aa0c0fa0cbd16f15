"""Things with keys, lenses and switches, and things that are worn."""

FAMILIES = ()
