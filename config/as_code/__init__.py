"""The house as files: written out, compared, taken in all or nothing.

files     YAML that knows on which line and column each value stands
houses    a folder of files read and judged; the house written into one
applying  the difference, and taking it in
"""
