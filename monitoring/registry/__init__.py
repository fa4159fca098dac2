"""Which nodes and checks there are: changed by forms and sheets, with defaults, offered to Prometheus."""
