"""Plans: the YAML files we ship, and how a file becomes a plan on the shelf.

schema     what a plan may say
parsing    from text to plan, every mistake with its line
catalogue  publish a version, stock the shelf
"""
