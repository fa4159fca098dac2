"""Cases that failed once: one sentence a test, one kind of fault a file."""
