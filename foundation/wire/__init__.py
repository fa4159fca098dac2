"""Our edge, both ways.

addresses, guards, headers     where we may call; what may come in; what goes out with each page
requests, redaction     one line of log a request, without words
tokens, idempotency, json_bodies, paging, problems     what every API operation has
once             each act of a form happens once
limits           how often is too often
files            what people send us
encryption, shared_secrets     sealed texts; callers that show a secret
refusals         a polite no becomes an answer
"""
