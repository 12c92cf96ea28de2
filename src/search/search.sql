-- Full text. Everything in this file that names ticket_fts is SQLite's FTS5; each gets its twin with PostgreSQL.

-- @shape search_document: subject text, description text, public_text text?, internal_text text?

-- @query search_read(ticket_id int) one search_document
SELECT subject, description, public_text, internal_text FROM ticket_text WHERE id = $1

-- @query search_take_out(ticket_id int, subject text, description text, public_text text?, internal_text text?) exec
INSERT INTO ticket_fts(ticket_fts, rowid, subject, description, public_text, internal_text) VALUES ('delete', $1, $2, $3, $4, $5)

-- @query search_put_in(ticket_id int) exec
INSERT INTO ticket_fts(rowid, subject, description, public_text, internal_text)
SELECT id, subject, description, public_text, internal_text FROM ticket_text WHERE id = $1

-- @query search_make_anew() exec
INSERT INTO ticket_fts(ticket_fts) VALUES ('rebuild')

-- Hits, newest first or oldest first; deleted tickets are none, as they are not in the index.
-- @shape search_ranked_row: id int, rank real

-- @query search_newest(match text, below_id int, most int) many search_ranked_row
SELECT rowid, 0.0 FROM ticket_fts WHERE ticket_fts MATCH $1 AND rowid < $2 ORDER BY rowid DESC LIMIT $3

-- @query search_oldest(match text, above_id int, most int) many search_ranked_row
SELECT rowid, 0.0 FROM ticket_fts WHERE ticket_fts MATCH $1 AND rowid > $2 ORDER BY rowid LIMIT $3

-- @query search_ranked(match text, below_id int, most int) many search_ranked_row
SELECT rowid, desk_rank(ticket_fts) FROM ticket_fts WHERE ticket_fts MATCH $1 AND rowid < $2 ORDER BY rowid DESC LIMIT $3

-- @query search_matches(match text, ticket_id int) one (rank real)
SELECT desk_rank(ticket_fts) FROM ticket_fts WHERE ticket_fts MATCH $1 AND rowid = $2

-- @query search_count(match text, most int) one (n int)
SELECT count(*) FROM (SELECT 1 FROM ticket_fts WHERE ticket_fts MATCH $1 LIMIT $2)

-- Marks are control characters that no text contains; the caller escapes the rest and makes them tags.
-- @query search_snippet(match text, ticket_id int) one (snippet text?)
SELECT snippet(ticket_fts, -1, char(2), char(3), '…', 24) FROM ticket_fts WHERE ticket_fts MATCH $1 AND rowid = $2
