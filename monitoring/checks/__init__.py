"""What an answer means. Pure: below the models, without database or clock.

verdicts  soft, hard, flapping, quorum, parents: what a streak of answers says
rules     what the rules of a check may say, one schema for every door
patterns  the patterns in them: linear, sized, and at rest when they cost too much
samples   the answers of an hour, packed
"""
