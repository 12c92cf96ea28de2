-- Full text. Everything in this file that names ticket_fts is SQLite's FTS5; each gets its twin with PostgreSQL.

-- @shape search_document: subject text, description text, public_text text?, internal_text text?

-- @query search_read(ticket_id int) one search_document
SELECT subject, description, public_text, internal_text FROM ticket_text WHERE id = $1

-- @query search_take_out(ticket_id int, subject text, description text, public_text text?, internal_text text?) exec
INSERT INTO ticket_fts(ticket_fts, rowid, subject, description, public_text, internal_text) VALUES ('delete', $1, $2, $3, $4, $5)

-- VALUES, not SELECT: for an INSERT that may make several rows SQLite opens a savepoint of its own, at which FTS5
-- writes out all it has gathered. That took a third of an import's time.
-- @query search_put_in(ticket_id int, subject text, description text, public_text text?, internal_text text?) exec
INSERT INTO ticket_fts(rowid, subject, description, public_text, internal_text) VALUES ($1, $2, $3, $4, $5)

-- @query search_make_anew() exec
INSERT INTO ticket_fts(ticket_fts) VALUES ('rebuild')

-- Hits, newest first or oldest first; deleted tickets are none, as they are not in the index.
-- @query search_hits_down(match text, below_id int, most int) many list_row
SELECT 0, ${list_columns} FROM ticket_fts f CROSS JOIN ticket t ON t.id = f.rowid
WHERE f.ticket_fts MATCH $1 AND f.rowid < $2 ORDER BY f.rowid DESC LIMIT $3

-- @query search_hits_up(match text, above_id int, most int) many list_row
SELECT 0, ${list_columns} FROM ticket_fts f CROSS JOIN ticket t ON t.id = f.rowid
WHERE f.ticket_fts MATCH $1 AND f.rowid > $2 ORDER BY f.rowid LIMIT $3

-- @query search_ranked(match text, most int) many (id int, rank real)
SELECT rowid, desk_rank(ticket_fts) FROM ticket_fts WHERE ticket_fts MATCH $1 ORDER BY rowid DESC LIMIT $2

-- @query search_matches(match text, ticket_id int) one (rank real)
SELECT desk_rank(ticket_fts) FROM ticket_fts WHERE ticket_fts MATCH $1 AND rowid = $2

-- @query search_count(match text, most int) one (n int)
SELECT count(*) FROM (SELECT 1 FROM ticket_fts WHERE ticket_fts MATCH $1 LIMIT $2)

-- What a snippet is cut from.
-- @query search_excerpt(ticket_id int, most int) one search_document
SELECT substr(subject, 1, $2), substr(description, 1, $2), substr(public_text, 1, $2), substr(internal_text, 1, $2)
FROM ticket_text WHERE id = $1
