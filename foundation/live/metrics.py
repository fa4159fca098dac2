"""Figures of the live pages, for Prometheus."""

from prometheus_client import Gauge

ws_connections = Gauge("nobet_ws_connections", "Open live pages of this process.", ["kind"])
