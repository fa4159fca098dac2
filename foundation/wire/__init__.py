"""Our edge, both ways.

addresses, guards, headers     where we may call; what may come in; what goes out with each page
requests, redaction     one line of log a request, without words
once             each act of a form happens once
limits           how often is too often, and where that is counted without Redis
api, files       what every API operation has; what people send us
encryption, shared_secrets     sealed texts; callers that show a secret
production       whether the world can reach us, known by one rule
refusals         a polite no becomes an answer
"""
