"""What we know already: articles for clerks, macros for agents."""
