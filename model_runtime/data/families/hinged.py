"""Things with a lid, a cap, a cover or two legs: one joint."""

FAMILIES = ()
