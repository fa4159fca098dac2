"""The pages of paging: open calls, the policies behind them, one's own ways."""
