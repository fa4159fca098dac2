"""The pages of rotas."""
