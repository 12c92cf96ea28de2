-- What must hold for tickets (ticket.h), each as the tickets for which it does not. For `frontdesk check`:
-- they read everything.

-- @query check_resolved(most int) many (id int)
SELECT t.id FROM ticket t
WHERE (t.status = 4 AND t.resolved_ms IS NULL) OR (t.status NOT IN (4, 5) AND t.resolved_ms IS NOT NULL) LIMIT $1

-- @query check_closed(most int) many (id int)
SELECT t.id FROM ticket t WHERE (t.status = 5) <> (t.closed_ms IS NOT NULL) LIMIT $1

-- @query check_deleted(most int) many (id int)
SELECT t.id FROM ticket t WHERE t.deleted_ms IS NOT NULL AND t.status <> 6 LIMIT $1

-- @query check_waiting(most int) many (id int)
SELECT t.id FROM ticket t
WHERE t.waiting AND (t.status > 3 OR t.assignee_id IS NOT NULL OR t.deleted_ms IS NOT NULL) LIMIT $1

-- @query check_tags(most int) many (id int)
SELECT t.id FROM ticket t
WHERE (t.tags <> '[]' OR EXISTS (SELECT 1 FROM ticket_tag g WHERE g.ticket_id = t.id))
  AND ((SELECT count(*) FROM json_each(t.tags)) <>
       (SELECT count(*) FROM ticket_tag g WHERE g.ticket_id = t.id AND g.created_ms = t.created_ms)
    OR EXISTS (SELECT 1 FROM json_each(t.tags) j
               WHERE NOT EXISTS (SELECT 1 FROM ticket_tag g WHERE g.ticket_id = t.id AND g.tag = j.value)))
LIMIT $1

-- @query check_comment_count(most int) many (id int)
SELECT t.id FROM ticket t
WHERE t.comment_count <> (SELECT count(*) FROM ticket_comment c WHERE c.ticket_id = t.id) LIMIT $1

-- @query check_attachment_count(most int) many (id int)
SELECT t.id FROM ticket t
WHERE t.attachment_count <> (SELECT count(*) FROM attachment a WHERE a.ticket_id = t.id) LIMIT $1

-- @query check_sla(most int) many (id int)
SELECT t.id FROM ticket t WHERE NOT EXISTS (SELECT 1 FROM ticket_sla s WHERE s.ticket_id = t.id) LIMIT $1

-- @query check_due(most int) many (id int)
SELECT t.id FROM ticket t JOIN ticket_sla s ON s.ticket_id = t.id WHERE t.due_ms IS DISTINCT FROM s.resolution_due_ms LIMIT $1

-- @query check_created_event(most int) many (id int)
SELECT t.id FROM ticket t
WHERE NOT EXISTS (SELECT 1 FROM event e WHERE e.entity = 1 AND e.entity_id = t.id AND e.kind = 'created') LIMIT $1

-- @query check_assigned_event(most int) many (id int)
SELECT t.id FROM ticket t
WHERE t.assignee_id IS NOT NULL
  AND NOT EXISTS (SELECT 1 FROM event e WHERE e.entity = 1 AND e.entity_id = t.id AND e.kind = 'assigned') LIMIT $1

-- @query check_timers(most int) many (id int)
SELECT j.ref FROM job j LEFT JOIN ticket t ON t.id = j.ref WHERE j.kind IN (1, 2) AND t.id IS NULL LIMIT $1

-- Every message that is part of a conversation is found by its Message-ID, in whichever ticket it is now.
-- @query check_mail_refs(most int) many (id int)
SELECT m.id FROM mail m
WHERE m.message_id IS NOT NULL AND m.action IN ('created', 'commented')
  AND NOT EXISTS (SELECT 1 FROM message_ref r WHERE r.message_id = m.message_id) LIMIT $1

-- @query check_outbox_refs(most int) many (id int)
SELECT o.id FROM outbox o
WHERE o.ticket_id IS NOT NULL AND NOT EXISTS (SELECT 1 FROM message_ref r WHERE r.message_id = o.message_id) LIMIT $1

-- @query check_totals() one (tickets int, comments int, attachments int, events int)
SELECT (SELECT count(*) FROM ticket), (SELECT count(*) FROM ticket_comment), (SELECT count(*) FROM attachment),
  (SELECT count(*) FROM event)
