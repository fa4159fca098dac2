"""What every API operation has.

tokens        who calls: made, scoped, revoked
idempotency   the same POST twice is one act and one answer
json_bodies   strict JSON in
bodies        fields are known by name, or refused
parameters    the query is known by name, or refused
paging        lists by key
problems      errors as RFC 9457
last_slash    addresses answer without it, too
"""
