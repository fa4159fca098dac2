"""What makes a text a letter: the conversation it belongs to (`threads`), and its page (`pages`)."""
