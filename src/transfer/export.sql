-- @query export_tickets(after_id int, since_ms int, deleted bool, limit_n int) many ticket_row
SELECT ${ticket_columns} FROM ticket t ${ticket_joins} WHERE t.id > $1 AND t.updated_ms >= $2 AND (t.deleted_ms IS NULL OR $3) ORDER BY t.id LIMIT $4

-- @query export_count(since_ms int, deleted bool) one (n int)
SELECT count(*) FROM ticket t WHERE t.updated_ms >= $1 AND (t.deleted_ms IS NULL OR $2)

-- @query export_comments(ticket_id int) many (author_type int, email text?, author_name text, content text, is_internal bool, created_ms int)
SELECT c.author_type, coalesce(a.email, r.email), c.author_name, c.content, c.is_internal, c.created_ms
FROM ticket_comment c
LEFT JOIN agent a ON c.author_type = 2 AND a.id = c.author_id
LEFT JOIN requester r ON c.author_type = 3 AND r.id = c.author_id
WHERE c.ticket_id = $1 ORDER BY c.created_ms, c.id

-- @query export_events(ticket_id int) many (at_ms int, kind text, actor_type int, actor_name text, changed_from text?, changed_to text?, note text?)
SELECT e.at_ms, e.kind, e.actor_type, e.actor_name, e.changed_from, e.changed_to, e.note
FROM event e WHERE e.entity = 1 AND e.entity_id = $1 ORDER BY e.id
