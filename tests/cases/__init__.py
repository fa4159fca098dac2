"""What others met before us, one sentence a test; the files are named by area."""
