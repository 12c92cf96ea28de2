-- @query schema_newest() one (number int)
SELECT coalesce(max(number), 0) FROM schema_migration

-- @query schema_record(number int, name text, at_ms int) exec
INSERT INTO schema_migration(number, name, at_ms) VALUES ($1, $2, $3)
