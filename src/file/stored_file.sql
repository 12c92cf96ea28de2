-- Files that are kept where all nodes can read them (stored_file.h).

-- @shape stored_file_row: size_bytes int, state int, since_ms int

-- @query stored_file_by(place int, sha256 blob) one stored_file_row
SELECT f.size_bytes, f.state, f.since_ms FROM stored_file f WHERE f.place = $1 AND f.sha256 = $2

-- Bytes will come, or are there already: then nobody may think for a while that they are not wanted.
-- @query stored_file_note(place int, sha256 blob, size_bytes int, now_ms int) exec
INSERT INTO stored_file(place, sha256, size_bytes, state, since_ms) VALUES ($1, $2, $3, 0, $4)
ON CONFLICT (place, sha256) DO UPDATE SET since_ms = excluded.since_ms,
  state = CASE WHEN stored_file.state = 2 THEN 0 ELSE stored_file.state END

-- @query stored_file_whole(place int, sha256 blob) changes
UPDATE stored_file SET state = 1 WHERE place = $1 AND sha256 = $2 AND state = 0

-- @query stored_file_named(place int, sha256 blob) exec
UPDATE stored_file SET state = 3 WHERE place = $1 AND sha256 = $2 AND state = 1

-- @query stored_file_take(place int, sha256 blob, now_ms int) exec
UPDATE stored_file SET state = 2, since_ms = $3 WHERE place = $1 AND sha256 = $2

-- @query stored_file_forget(place int, sha256 blob) exec
DELETE FROM stored_file WHERE place = $1 AND sha256 = $2 AND state = 2

-- Those about which nobody has asked yet, oldest first.
-- @query stored_files_unsure(before_ms int, most int) many (place int, sha256 blob)
SELECT f.place, f.sha256 FROM stored_file f WHERE f.state <> 3 AND f.since_ms < $1 ORDER BY f.since_ms LIMIT $2

-- @query stored_files_n(place int) one (n int, bytes int)
SELECT count(*), CAST(coalesce(sum(f.size_bytes), 0) AS BIGINT) FROM stored_file f WHERE f.place = $1 AND f.state IN (1, 3)

-- @query stored_files_unnamed() one (n int, bytes int)
SELECT count(*), CAST(coalesce(sum(f.size_bytes), 0) AS BIGINT) FROM stored_file f
WHERE NOT EXISTS (SELECT 1 FROM attachment a WHERE a.sha256 = f.sha256)
  AND NOT EXISTS (SELECT 1 FROM mail m WHERE m.sha256 = f.sha256)

-- @query file_is_named(sha256 blob) one (yes bool)
SELECT EXISTS (SELECT 1 FROM attachment a WHERE a.sha256 = $1) OR EXISTS (SELECT 1 FROM mail m WHERE m.sha256 = $1)

-- Chunks ---------------------------------------------------------------------------------------------

-- @query file_chunk_put(sha256 blob, n int, bytes blob) exec
INSERT INTO file_chunk(sha256, n, bytes) VALUES ($1, $2, $3) ON CONFLICT (sha256, n) DO NOTHING

-- @query file_chunks(sha256 blob, first int, most int) many (n int, bytes blob)
SELECT c.n, c.bytes FROM file_chunk c WHERE c.sha256 = $1 AND c.n >= $2 AND c.n < $2 + $3 ORDER BY c.n

-- @query file_chunks_size(sha256 blob) one (n int, bytes int)
SELECT count(*), CAST(coalesce(sum(length(c.bytes)), 0) AS BIGINT) FROM file_chunk c WHERE c.sha256 = $1

-- @query file_chunks_remove(sha256 blob, first int, most int) changes
DELETE FROM file_chunk WHERE sha256 = $1 AND n >= $2 AND n < $2 + $3
