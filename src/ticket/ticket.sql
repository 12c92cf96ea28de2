-- Everything a ticket is shown with, in one row.
-- @shape ticket_row: id int, uuid uuid, external_id text?, subject text, description text, status int, priority int,
--   category_id int, category_uuid uuid, category_name text, category_score int, category_active bool, subcategory text?,
--   requester_id int, requester_uuid uuid, requester_name text, requester_email text, requester_phone text?,
--   requester_user_id text?, requester_organization text?, requester_tier int, requester_tickets int, requester_last_ms int?,
--   requester_created_ms int, requester_updated_ms int,
--   assignee_id int?, assignee_uuid uuid?, assignee_name text?, assignee_email text?,
--   group_id int?, group_uuid uuid?, group_name text?, waiting bool, source int, channel text?, tags text, custom_fields text,
--   comment_count int, attachment_count int, due_ms int?, resolved_ms int?, closed_ms int?, deleted_ms int?, merged_into int?,
--   created_ms int, updated_ms int, version int,
--   policy_id int?, policy_uuid uuid?, policy_name text?, calendar_id int?, started_ms int?, response_target_ms int?,
--   resolution_target_ms int?, response_due_ms int?, resolution_due_ms int?, response_ms int?, resolution_ms int?,
--   response_met tri, resolution_met tri, paused_since_ms int?, paused_ms int?, fired int?

-- @fragment ticket_columns
t.id, t.uuid, t.external_id, t.subject, t.description, t.status, t.priority,
  c.id, c.uuid, c.name, c.score, c.is_active, t.subcategory,
  r.id, r.uuid, r.name, r.email, r.phone, r.user_id, r.organization, r.tier, r.ticket_count, r.last_ticket_ms, r.created_ms, r.updated_ms,
  a.id, a.uuid, a.name, a.email, g.id, g.uuid, g.name, t.waiting, t.source, t.channel, t.tags, t.custom_fields,
  t.comment_count, t.attachment_count, t.due_ms, t.resolved_ms, t.closed_ms, t.deleted_ms, t.merged_into, t.created_ms, t.updated_ms, t.version,
  s.policy_id, p.uuid, s.policy_name, s.calendar_id, s.started_ms, s.response_target_ms, s.resolution_target_ms,
  s.response_due_ms, s.resolution_due_ms, s.response_ms, s.resolution_ms, s.response_met, s.resolution_met,
  s.paused_since_ms, s.paused_ms, s.fired

-- The same for a list: what no list shows is not looked up.
-- @fragment ticket_list_columns
t.id, t.uuid, t.external_id, t.subject, t.description, t.status, t.priority,
  c.id, CAST(NULL AS UUID), c.name, 0, TRUE, t.subcategory,
  r.id, r.uuid, r.name, r.email, r.phone, r.user_id, r.organization, r.tier, 0, CAST(NULL AS BIGINT), 0, 0,
  a.id, a.uuid, a.name, a.email, g.id, CAST(NULL AS UUID), g.name, FALSE, t.source, t.channel, t.tags, t.custom_fields,
  t.comment_count, t.attachment_count, t.due_ms, t.resolved_ms, t.closed_ms, t.deleted_ms, CAST(NULL AS BIGINT), t.created_ms, t.updated_ms, t.version,
  CAST(NULL AS BIGINT), p.uuid, s.policy_name, CAST(NULL AS BIGINT), CAST(NULL AS BIGINT), CAST(NULL AS BIGINT), CAST(NULL AS BIGINT),
  s.response_due_ms, s.resolution_due_ms, s.response_ms, s.resolution_ms, s.response_met, s.resolution_met,
  s.paused_since_ms, CAST(NULL AS BIGINT), CAST(NULL AS BIGINT)

-- @fragment ticket_joins
JOIN category c ON c.id = t.category_id
JOIN requester r ON r.id = t.requester_id
LEFT JOIN agent a ON a.id = t.assignee_id
LEFT JOIN agent_group g ON g.id = t.group_id
LEFT JOIN ticket_sla s ON s.ticket_id = t.id
LEFT JOIN sla_policy p ON p.id = s.policy_id

-- @query ticket_by_id(id int) one ticket_row
SELECT ${ticket_columns} FROM ticket t ${ticket_joins} WHERE t.id = $1

-- @query ticket_by_uuid(uuid uuid) one ticket_row
SELECT ${ticket_columns} FROM ticket t ${ticket_joins} WHERE t.uuid = $1

-- A page of tickets in one go. CROSS JOIN: the list leads, each ticket is then found by its number.
-- @query tickets_by_ids(ids text) many ticket_row
SELECT ${ticket_list_columns} FROM json_each(CAST($1 AS TEXT)) j CROSS JOIN ticket t ${ticket_joins} WHERE t.id = CAST(j.value AS bigint)

-- @query ticket_insert(id int, uuid uuid, external_id text?, subject text, description text, status int, priority int, category_id int,
--   subcategory text?, requester_id int, assignee_id int?, group_id int?, waiting bool, source int, channel text?, tags text,
--   custom_fields text, comment_count int, attachment_count int, due_ms int?, resolved_ms int?, closed_ms int?, created_ms int,
--   updated_ms int, version int) exec
INSERT INTO ticket(id, uuid, external_id, subject, description, status, priority, category_id, subcategory, requester_id, assignee_id,
  group_id, waiting, source, channel, tags, custom_fields, comment_count, attachment_count, due_ms, resolved_ms, closed_ms, created_ms,
  updated_ms, version)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22, $23, $24, $25)

-- @query ticket_update(id int, external_id text?, subject text, description text, status int, priority int, category_id int,
--   subcategory text?, requester_id int, assignee_id int?, group_id int?, waiting bool, channel text?, tags text, custom_fields text,
--   comment_count int, due_ms int?, resolved_ms int?, closed_ms int?, deleted_ms int?, merged_into int?,
--   updated_ms int, version int) exec
UPDATE ticket SET external_id = $2, subject = $3, description = $4, status = $5, priority = $6, category_id = $7, subcategory = $8,
  requester_id = $9, assignee_id = $10, group_id = $11, waiting = $12, channel = $13, tags = $14, custom_fields = $15,
  comment_count = $16, due_ms = $17, resolved_ms = $18, closed_ms = $19, deleted_ms = $20, merged_into = $21, updated_ms = $22,
  version = $23
WHERE id = $1

-- @query ticket_tag_insert(tag text, created_ms int, ticket_id int) exec
INSERT INTO ticket_tag(tag, created_ms, ticket_id) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING

-- @query ticket_tags_clear(ticket_id int) exec
DELETE FROM ticket_tag WHERE ticket_id = $1

-- @query comment_insert(id int, uuid uuid, ticket_id int, author_type int, author_id int?, author_uuid uuid?, author_name text,
--   content text, is_internal bool, mail_id int?, created_ms int) exec
INSERT INTO ticket_comment(id, uuid, ticket_id, author_type, author_id, author_uuid, author_name, content, is_internal, mail_id, created_ms)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)

-- @shape comment_row: id int, uuid uuid, ticket_id int, author_type int, author_id int?, author_uuid uuid?, author_name text,
--   content text, is_internal bool, mail_id int?, created_ms int

-- @query comments_of_ticket(ticket_id int, limit_n int) many comment_row
SELECT id, uuid, ticket_id, author_type, author_id, author_uuid, author_name, content, is_internal, mail_id, created_ms
FROM ticket_comment WHERE ticket_id = $1 ORDER BY created_ms, id LIMIT $2

-- @query public_comments_of_ticket(ticket_id int, limit_n int) many comment_row
SELECT id, uuid, ticket_id, author_type, author_id, author_uuid, author_name, content, is_internal, mail_id, created_ms
FROM ticket_comment WHERE ticket_id = $1 AND NOT is_internal ORDER BY created_ms, id LIMIT $2

-- Moving everything of one ticket into another (merge).
-- @query comments_move(into_id int, from_id int) changes
UPDATE ticket_comment SET ticket_id = $1 WHERE ticket_id = $2

-- @query attachments_move(into_id int, from_id int, comment_id int) changes
UPDATE attachment SET ticket_id = $1, comment_id = coalesce(comment_id, $3) WHERE ticket_id = $2

-- @query ticket_add_attachment_count(id int, n int) exec
UPDATE ticket SET attachment_count = attachment_count + $2 WHERE id = $1

-- @query message_refs_copy(into_id int, from_id int) exec
INSERT INTO message_ref(message_id, ticket_id, is_ours)
SELECT m.message_id, $1, m.is_ours FROM message_ref m WHERE m.ticket_id = $2
ON CONFLICT DO NOTHING

-- @query message_refs_drop(ticket_id int) exec
DELETE FROM message_ref WHERE ticket_id = $1

-- @query watchers_copy(into_id int, from_id int) exec
INSERT INTO ticket_watcher(ticket_id, email_key, email, name, agent_id, created_ms)
SELECT $1, w.email_key, w.email, w.name, w.agent_id, w.created_ms FROM ticket_watcher w WHERE w.ticket_id = $2
ON CONFLICT DO NOTHING

-- @query watcher_insert(ticket_id int, email_key text, email text, name text?, agent_id int?, created_ms int) changes
INSERT INTO ticket_watcher(ticket_id, email_key, email, name, agent_id, created_ms) VALUES ($1, $2, $3, $4, $5, $6)
ON CONFLICT DO NOTHING

-- @query watcher_delete(ticket_id int, email_key text) changes
DELETE FROM ticket_watcher WHERE ticket_id = $1 AND email_key = $2

-- @shape watcher_row: email_key text, email text, name text?, agent_id int?, agent_uuid uuid?, created_ms int

-- @query watchers_of_ticket(ticket_id int) many watcher_row
SELECT w.email_key, w.email, w.name, w.agent_id, a.uuid, w.created_ms
FROM ticket_watcher w LEFT JOIN agent a ON a.id = w.agent_id WHERE w.ticket_id = $1 ORDER BY w.created_ms, w.email_key

-- @query watcher_exists(ticket_id int, email_key text) one (n int)
SELECT count(*) FROM ticket_watcher WHERE ticket_id = $1 AND email_key = $2

-- @query link_insert(ticket_id int, other_id int, kind text, created_ms int) changes
INSERT INTO ticket_link(ticket_id, other_id, kind, created_ms) VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING

-- @query link_delete(ticket_id int, other_id int, kind text) changes
DELETE FROM ticket_link WHERE kind = $3 AND ((ticket_id = $1 AND other_id = $2) OR (ticket_id = $2 AND other_id = $1))

-- @query links_of_ticket(ticket_id int) many (id int, uuid uuid, subject text, status int, kind text, outgoing bool, created_ms int)
SELECT t.id, t.uuid, t.subject, t.status, l.kind, TRUE, l.created_ms
FROM ticket_link l JOIN ticket t ON t.id = l.other_id WHERE l.ticket_id = $1
UNION ALL
SELECT t.id, t.uuid, t.subject, t.status, l.kind, FALSE, l.created_ms
FROM ticket_link l JOIN ticket t ON t.id = l.ticket_id WHERE l.other_id = $1
ORDER BY 7, 1

-- @query links_count(ticket_id int) one (n int)
SELECT count(*) FROM ticket_link WHERE ticket_id = $1

-- @query ticket_merged_into(id int) one (merged_into int?)
SELECT merged_into FROM ticket WHERE id = $1
