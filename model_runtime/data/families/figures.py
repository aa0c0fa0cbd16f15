"""Animals and toys: what is held for its form."""

FAMILIES = ()
