"""How a node stands.

states        from verdicts of checks to one state (pure)
dependencies  what a node leans on: groups, essential parents
rollup        works states out and writes down what changed; overrides
health        whether a component works and a municipality's node answers
"""
