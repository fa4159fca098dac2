"""How the desk does: figures of days, weeks and months, for those who lead it, and the screen of the shift.

spreads     how long something took, as counts per band: sums of days stay exact, medians are read from it
counting    the days counted: by a sweep, again while they may still change, and by command
figures     what is shown of a count, with its definition
reading     a period beside the one before it, whole and by one dimension
charts      days as bars
exports     the same as CSV and XLSX
shift       what waits, who is there, what comes in, at this moment
"""
