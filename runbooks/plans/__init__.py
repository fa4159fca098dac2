"""Plans: the YAML files we ship, and how a file becomes a plan in the catalogue.

schema     what a plan may say
parsing    from text to plan, every mistake with its line
catalogue  publish a version, take in what we ship
"""
