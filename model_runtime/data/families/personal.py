"""Small things of the day that are squeezed, brushed or stamped with."""

FAMILIES = ()
