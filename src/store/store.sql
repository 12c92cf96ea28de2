-- @query schema_newest() one (number int)
SELECT coalesce(max(number), 0) FROM schema_migration

-- @query schema_record(number int, name text, at_ms int) exec
INSERT INTO schema_migration(number, name, at_ms) VALUES ($1, $2, $3)

-- How far a desk is that is still being copied here; no row: it is whole.
-- @query copy_note() one (source text, step text, rows_done int, all_done int)
SELECT c.source, c.step, c.rows_done, c.all_done FROM copy_progress c WHERE c.id = 1

-- @query copy_note_begin(step text) exec
INSERT INTO copy_progress(id, source, step, rows_done, all_done) VALUES (1, '', $1, 0, 0)

-- Only from where it was: two copies into one place can't both go on.
-- @query copy_note_move(source text, step text, rows_done int, all_done int, old_step text, old_rows_done int) changes
UPDATE copy_progress SET source = $1, step = $2, rows_done = $3, all_done = $4
WHERE id = 1 AND step = $5 AND rows_done = $6 AND source IN ('', $1)

-- @query copy_note_end() exec
DELETE FROM copy_progress WHERE id = 1
