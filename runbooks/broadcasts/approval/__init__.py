"""Two people, one message; and the two ways around the second one, both written down."""
