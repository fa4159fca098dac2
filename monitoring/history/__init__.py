"""The past.

rollups       hours and days out of samples; what is kept, and for how long
partitions    tables by time, dropped whole
gaps          stretches in which we heard nothing: no data, neither good nor bad
availability  shares of time that worked
latency       how long answers took
node_history  the page of one node's past, from our rows or from Prometheus
sparklines    the last hour in a small drawing
"""
