-- Full text: FTS5's ticket_fts on SQLite, the tsvectors of ticket_document on PostgreSQL.
--
-- What is searched for is one text in the engine's language (search_match.h). On PostgreSQL its first line is asked of
-- the index, the second, unless empty, of each ticket that the index gave, and each further line is a term that a hit
-- is ranked by. There an order is by ticket_id + 0: no index has that order, so none is walked past tickets without
-- the words.

-- @shape search_document: subject text, description text, public_text text?, internal_text text?

-- @query search_read(ticket_id int) one search_document
SELECT subject, description, public_text, internal_text FROM ticket_text WHERE id = $1

-- @query search_fts_take_out(ticket_id int, subject text, description text, public_text text?, internal_text text?) exec
-- @only sqlite
INSERT INTO ticket_fts(ticket_fts, rowid, subject, description, public_text, internal_text) VALUES ('delete', $1, $2, $3, $4, $5)

-- VALUES, not SELECT: for an INSERT that may make several rows SQLite opens a savepoint of its own, at which FTS5
-- writes out all it has gathered. That took a third of an import's time.
-- @query search_fts_put_in(ticket_id int, subject text, description text, public_text text?, internal_text text?) exec
-- @only sqlite
INSERT INTO ticket_fts(rowid, subject, description, public_text, internal_text) VALUES ($1, $2, $3, $4, $5)

-- @query search_fts_make_anew() exec
-- @only sqlite
INSERT INTO ticket_fts(ticket_fts) VALUES ('rebuild')

-- @query search_words_take_out(ticket_id int) exec
-- @only postgres
DELETE FROM ticket_document WHERE ticket_id = $1

-- @query search_words_put_in(ticket_id int, words text, length int) exec
-- @only postgres
INSERT INTO ticket_document (ticket_id, words, length) VALUES ($1, CAST($2 AS tsvector), $3)
ON CONFLICT (ticket_id) DO UPDATE SET words = excluded.words, length = excluded.length

-- @query search_words_clear() exec
-- @only postgres
DELETE FROM ticket_document

-- @query search_ids(after_id int, most int) many (id int)
SELECT id FROM ticket WHERE id > $1 AND deleted_ms IS NULL ORDER BY id LIMIT $2

-- Is the ticket in the index with just these words?
-- @query search_words_are(ticket_id int, words text, length int) one (same bool)
-- @only postgres
SELECT d.words = CAST($2 AS tsvector) AND d.length = $3 FROM ticket_document d WHERE d.ticket_id = $1

-- @query search_words_count() one (n int)
-- @only postgres
SELECT count(*) FROM ticket_document

-- @query search_newest() one (id int)
SELECT coalesce(max(id), 0) FROM ticket

-- @fragment document_asked
d.words @@ CAST(split_part($1, chr(10), 1) AS tsquery)
  AND (split_part($1, chr(10), 2) = '' OR ts_match_vq(d.words, CAST(split_part($1, chr(10), 2) AS tsquery)))

-- As desk_rank (store/sqlite_rank.c): for one term ts_rank_cd adds up the weights of the places where it stands,
-- which must not be above 1 there.
-- @fragment document_rank
(SELECT coalesce(sum(s.found * 2.2 / (s.found + 1.2 * (0.25 + 0.75 * CAST(d.length AS DOUBLE PRECISION) / 100))), 0)
  FROM (SELECT 8 * ts_rank_cd('{0.125, 0.125, 0.25, 1}', d.words, term) AS found
    FROM unnest(CAST((string_to_array($1, chr(10)))[3:] AS tsquery[])) term) s)

-- Hits, newest first or oldest first; deleted tickets are none, as they are not in the index.
-- @query search_hits_down(match text, below_id int, most int) many list_row
SELECT 0, ${list_columns} FROM ticket_fts f CROSS JOIN ticket t ON t.id = f.rowid
WHERE f.ticket_fts MATCH $1 AND f.rowid < $2 ORDER BY f.rowid DESC LIMIT $3
-- @twin postgres
WITH found AS MATERIALIZED (SELECT d.ticket_id FROM ticket_document d
  WHERE ${document_asked} AND d.ticket_id + 0 < $2 ORDER BY d.ticket_id + 0 DESC LIMIT $3)
SELECT 0, ${list_columns} FROM found f JOIN ticket t ON t.id = f.ticket_id ORDER BY t.id DESC

-- @query search_hits_up(match text, above_id int, most int) many list_row
SELECT 0, ${list_columns} FROM ticket_fts f CROSS JOIN ticket t ON t.id = f.rowid
WHERE f.ticket_fts MATCH $1 AND f.rowid > $2 ORDER BY f.rowid LIMIT $3
-- @twin postgres
WITH found AS MATERIALIZED (SELECT d.ticket_id FROM ticket_document d
  WHERE ${document_asked} AND d.ticket_id + 0 > $2 ORDER BY d.ticket_id + 0 LIMIT $3)
SELECT 0, ${list_columns} FROM found f JOIN ticket t ON t.id = f.ticket_id ORDER BY t.id

-- @query search_ranked(match text, most int) many (id int, rank real)
SELECT rowid, desk_rank(ticket_fts) FROM ticket_fts WHERE ticket_fts MATCH $1 ORDER BY rowid DESC LIMIT $2
-- @twin postgres
WITH found AS MATERIALIZED (SELECT d.ticket_id, d.ctid AS place FROM ticket_document d
  WHERE ${document_asked} ORDER BY d.ticket_id + 0 DESC LIMIT $2)
SELECT f.ticket_id, ${document_rank} FROM found f JOIN ticket_document d ON d.ctid = f.place ORDER BY f.ticket_id DESC

-- @query search_matches(match text, ticket_id int) one (rank real)
SELECT desk_rank(ticket_fts) FROM ticket_fts WHERE ticket_fts MATCH $1 AND rowid = $2
-- @twin postgres
SELECT ${document_rank} FROM ticket_document d WHERE d.ticket_id = $2 AND ${document_asked}

-- Never with a second line: what each ticket is asked costs too much for so many.
-- @query search_count(match text, most int) one (n int)
SELECT count(*) FROM (SELECT 1 FROM ticket_fts WHERE ticket_fts MATCH $1 LIMIT $2)
-- @twin postgres
SELECT count(*) FROM (SELECT FROM ticket_document d WHERE d.words @@ CAST(split_part($1, chr(10), 1) AS tsquery) LIMIT $2) counted

-- What a snippet is cut from.
-- @query search_excerpt(ticket_id int, most int) one search_document
SELECT substr(subject, 1, CAST($2 AS INT)), substr(description, 1, CAST($2 AS INT)), substr(public_text, 1, CAST($2 AS INT)), substr(internal_text, 1, CAST($2 AS INT))
FROM ticket_text WHERE id = $1
