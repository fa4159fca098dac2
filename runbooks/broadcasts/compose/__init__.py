"""Before anybody is asked: whom it is for, what it says, what it costs."""
