"""What an answer means: verdicts over streaks of answers, samples of rules. Pure, below the models."""
