-- @postgres
-- What a ticket that is not deleted says, as one document. Automatic texts are left out: they say the same everywhere.
CREATE VIEW ticket_text AS
  SELECT t.id, t.subject, t.description,
    (SELECT string_agg(c.content, chr(10) ORDER BY c.created_ms, c.id) FROM ticket_comment c WHERE c.ticket_id = t.id AND NOT c.is_internal AND c.author_type <> 1) AS public_text,
    (SELECT string_agg(c.content, chr(10) ORDER BY c.created_ms, c.id) FROM ticket_comment c WHERE c.ticket_id = t.id AND c.is_internal AND c.author_type <> 1) AS internal_text
  FROM ticket t WHERE t.deleted_ms IS NULL;

-- The words of each such document with their places, and how many there are. Follows the tickets at the end of each batch;
-- frontdesk check compares, so no foreign key is looked up for each.
CREATE TABLE ticket_document (
  ticket_id BIGINT PRIMARY KEY,
  length BIGINT NOT NULL,
  words tsvector NOT NULL
);
-- How common a word is would make the planner read the whole table for common ones. Without statistics it takes the index.
ALTER TABLE ticket_document ALTER COLUMN words SET STATISTICS 0;
-- New documents wait in a list, which each node's tidier merges every second beside the lane (src/store/postgres_tidy.c);
-- the writer itself would do it, and everybody wait, only beyond this many kB.
CREATE INDEX ticket_document_words ON ticket_document USING gin (words) WITH (fastupdate = on, gin_pending_list_limit = 16384);
-- @both
