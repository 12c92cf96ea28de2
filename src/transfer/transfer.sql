-- @query import_progress_of(source text) one (offset_bytes int, line int, created int, skipped int, failed int, unassigned int,
--   finished_ms int?)
SELECT p.offset_bytes, p.line, p.created, p.skipped, p.failed, p.unassigned, p.finished_ms FROM import_progress p WHERE p.source = $1

-- @query import_progress_put(source text, offset_bytes int, line int, created int, skipped int, failed int, unassigned int,
--   now_ms int) exec
INSERT INTO import_progress(source, offset_bytes, line, created, skipped, failed, unassigned, updated_ms, finished_ms)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, NULL)
ON CONFLICT (source) DO UPDATE SET offset_bytes = excluded.offset_bytes, line = excluded.line, created = excluded.created,
  skipped = excluded.skipped, failed = excluded.failed, unassigned = excluded.unassigned, updated_ms = excluded.updated_ms

-- @query import_progress_finish(source text, now_ms int) exec
UPDATE import_progress SET finished_ms = $2 WHERE source = $1

-- @query import_progress_forget(source text) exec
DELETE FROM import_progress WHERE source = $1

-- Files ---------------------------------------------------------------------------------------------

-- @query named_files() many (sha256 blob, size_bytes int, ticket_id int)
SELECT x.sha256, min(x.size_bytes), max(x.ticket_id) FROM (
  SELECT a.sha256, a.size_bytes, a.ticket_id FROM attachment a
  UNION ALL
  SELECT m.sha256, m.size_bytes, 0 FROM mail m) x
GROUP BY x.sha256

-- The next ones in the order of their hashes, from two indexes.
-- @query named_files_after(after blob, most int) many (sha256 blob)
SELECT x.sha256 FROM (SELECT DISTINCT a.sha256 FROM attachment a WHERE a.sha256 > $1 ORDER BY a.sha256 LIMIT $2) x
UNION
SELECT y.sha256 FROM (SELECT DISTINCT m.sha256 FROM mail m WHERE m.sha256 > $1 ORDER BY m.sha256 LIMIT $2) y
ORDER BY 1 LIMIT $2

-- @query named_files_n() one (n int)
SELECT count(*) FROM (SELECT a.sha256 FROM attachment a UNION SELECT m.sha256 FROM mail m) x

-- @query named_file_known(sha256 blob) one (yes bool)
SELECT EXISTS (SELECT 1 FROM attachment a WHERE a.sha256 = $1) OR EXISTS (SELECT 1 FROM mail m WHERE m.sha256 = $1)

-- Copies --------------------------------------------------------------------------------------------

-- Which state of which desk: the newest of what happens and of what is merely noted. A half copy goes on only with that.
-- @query copy_newest() one (event int, job int, session int)
SELECT (SELECT coalesce(max(id), 0) FROM event), (SELECT count(*) FROM job), (SELECT coalesce(max(id), 0) FROM session)

-- The files that rows name, in the order of their hashes: each half gives its first ones, so the first of both are there.
-- @query copy_files_after(sha256 blob, most int) many (sha256 blob, size_bytes int)
SELECT x.sha256, min(x.size_bytes) FROM (
  SELECT * FROM (SELECT a.sha256, min(a.size_bytes) AS size_bytes FROM attachment a WHERE a.sha256 > $1
    GROUP BY a.sha256 ORDER BY a.sha256 LIMIT $2) a1
  UNION ALL
  SELECT * FROM (SELECT m.sha256, min(m.size_bytes) AS size_bytes FROM mail m WHERE m.sha256 > $1
    GROUP BY m.sha256 ORDER BY m.sha256 LIMIT $2) m1) x
GROUP BY x.sha256 ORDER BY x.sha256 LIMIT $2

-- Other programs that have this database open. The embedded one tells by its lock (beside.h).
-- @query copy_others() one (n int)
SELECT 0
-- @twin postgres
SELECT count(*) - 1 FROM pg_stat_activity WHERE datname = current_database() AND application_name = 'frontdesk writer'
