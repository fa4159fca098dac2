"""Plans: the YAML files we ship, and how a file becomes a plan on the shelf.

schema    what a plan may say
reading   from text to plan, every mistake with its line
shelf     publish a version, stock the shelf
"""
