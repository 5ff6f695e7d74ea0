#!/bin/sh
# Makes the role and the database of Synapse in a new cluster. The image of PostgreSQL runs it once, before it lets anybody connect.
# The role is no superuser; its password comes from the file that DATABASE_PASSWORD_FILE names, and stands in no argument and no log.
set -eu
psql --no-psqlrc --set ON_ERROR_STOP=1 --username "$POSTGRES_USER" --dbname postgres <<'SQL'
\set password `cat "$DATABASE_PASSWORD_FILE"`
CREATE ROLE synapse LOGIN PASSWORD :'password';
CREATE DATABASE synapse OWNER synapse ENCODING 'UTF8' TEMPLATE template0;
\connect synapse
CREATE EXTENSION vector;
SQL
