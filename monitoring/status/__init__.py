"""What the public is told.

report        reads the database once and says how things are, as plain values
bars          ninety days of one thing: a strip of states and a share of time
last_day      twenty-four hours of a few nodes, for the desk
latency       how long answers took in the last day, hour by hour
tiles         where a province stands on the tile map
page_cache    one answer a second a process, however many readers
statuspage    the same values in the public shape of Atlassian Statuspage v2
feeds, badge  RSS, Atom, iCalendar; a picture for other people's pages
consumers     `/ws/status/…`
static_pages  pages of municipalities, provinces and outages on disk
static_site  the same pages on disk, for when none of us is alive
"""
