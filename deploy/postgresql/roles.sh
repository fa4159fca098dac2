#!/bin/sh
# Run once by the PostgreSQL image when its volume is new: what docs/operations.md types by hand.
set -e
psql -v ON_ERROR_STOP=1 -v owner="$OWNER_PASSWORD" -v application="$APPLICATION_PASSWORD" <<'SQL'
CREATE ROLE nobet_owner LOGIN PASSWORD :'owner';
CREATE ROLE nobet LOGIN PASSWORD :'application';
CREATE DATABASE nobet OWNER nobet_owner ENCODING 'UTF8' TEMPLATE template0;
CREATE DATABASE nobet_verify OWNER nobet ENCODING 'UTF8' TEMPLATE template0;
REVOKE CONNECT ON DATABASE nobet FROM PUBLIC;
GRANT CONNECT ON DATABASE nobet TO nobet;
SQL
