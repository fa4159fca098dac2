"""The past: rolled up by hour and day, kept in partitions, with the gaps in which we saw nothing."""
