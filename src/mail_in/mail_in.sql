-- @shape mail_row: id int, uuid uuid, received_ms int, sha256 blob, size_bytes int, message_id text?, from_email text?,
--   subject text?, action text, reason text, is_automatic bool, is_bounce bool, ticket_id int?, ticket_uuid uuid?,
--   comment_id int?, comment_uuid uuid?

-- @fragment mail_select
SELECT m.id, m.uuid, m.received_ms, m.sha256, m.size_bytes, m.message_id, m.from_email, m.subject, m.action, m.reason,
  m.is_automatic, m.is_bounce, m.ticket_id, t.uuid, m.comment_id, c.uuid
FROM mail m LEFT JOIN ticket t ON t.id = m.ticket_id LEFT JOIN ticket_comment c ON c.id = m.comment_id

-- @query mail_insert(id int, uuid uuid, received_ms int, sha256 blob, size_bytes int, message_id text?, from_email text?,
--   subject text?, action text, reason text, is_automatic bool, is_bounce bool, ticket_id int?, comment_id int?) exec
INSERT INTO mail(id, uuid, received_ms, sha256, size_bytes, message_id, from_email, subject, action, reason, is_automatic,
  is_bounce, ticket_id, comment_id)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)

-- @query mails_by_message_id(message_id text, limit_n int) many mail_row
${mail_select} WHERE m.message_id = $1 ORDER BY m.id LIMIT $2

-- @query mails_by_sha256(sha256 blob) many mail_row
${mail_select} WHERE m.sha256 = $1 ORDER BY m.id LIMIT 1

-- @query mail_by_ref(id int?, uuid uuid?) one mail_row
${mail_select} WHERE m.id = $1 OR m.uuid = $2

-- @query mails_newest(before_id int, limit_n int) many mail_row
${mail_select} WHERE m.id < $1 ORDER BY m.id DESC LIMIT $2

-- @query mails_newest_of_ticket(ticket_id int, before_id int, limit_n int) many mail_row
${mail_select} WHERE m.ticket_id = $1 AND m.id < $2 ORDER BY m.id DESC LIMIT $3

-- @query message_refs(message_id text) many (ticket_id int, is_ours bool)
SELECT r.ticket_id, r.is_ours FROM message_ref r WHERE r.message_id = $1 ORDER BY r.ticket_id DESC LIMIT 20

-- @query mail_sender_agent(email_key text) one (id int, uuid uuid, name text, email text, role int)
SELECT a.id, a.uuid, a.name, a.email, a.role FROM agent a WHERE a.email_key = $1 AND a.is_active

-- @query mail_flood_ticket(requester_id int, since_ms int, tag text) one (id int)
SELECT t.id FROM ticket t JOIN ticket_tag g ON g.ticket_id = t.id
WHERE t.requester_id = $1 AND t.created_ms > $2 AND t.deleted_ms IS NULL AND t.status < 4 AND g.tag = $3
ORDER BY t.created_ms DESC, t.id DESC LIMIT 1
