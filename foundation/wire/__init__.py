"""Our edge: address guard, idempotency keys, API tokens, redaction, uploads, refusals."""
