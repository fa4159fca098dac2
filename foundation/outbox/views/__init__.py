"""What gateways call, and the pages about them."""
