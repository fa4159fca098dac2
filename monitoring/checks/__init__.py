"""What an answer means. Pure: below the models, without database or clock.

verdicts  soft, hard, flapping, quorum, parents: what a streak of answers says
samples   the answers of an hour, packed
"""
