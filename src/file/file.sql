-- @shape attachment_row: id int, uuid uuid, ticket_id int, comment_id int?, comment_uuid uuid?, sha256 blob,
--   file_name text, size_bytes int, mime_type text, content_id text?, is_internal bool, uploader_type int,
--   uploader_id int?, uploader_name text, created_ms int

-- @fragment attachment_select
SELECT a.id, a.uuid, a.ticket_id, a.comment_id, c.uuid, a.sha256, a.file_name, a.size_bytes, a.mime_type, a.content_id,
  a.is_internal, a.uploader_type, a.uploader_id, a.uploader_name, a.created_ms
FROM attachment a LEFT JOIN ticket_comment c ON c.id = a.comment_id

-- @query attachment_insert(id int, uuid uuid, ticket_id int, comment_id int?, sha256 blob, file_name text,
--   size_bytes int, mime_type text, content_id text?, is_internal bool, uploader_type int, uploader_id int?,
--   uploader_name text, created_ms int) exec
INSERT INTO attachment(id, uuid, ticket_id, comment_id, sha256, file_name, size_bytes, mime_type, content_id,
  is_internal, uploader_type, uploader_id, uploader_name, created_ms)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)

-- Counted in the row itself, so that two at once cannot pass the limit.
-- @query attachment_count_more(ticket_id int, more int, most int) changes
UPDATE ticket SET attachment_count = attachment_count + $2 WHERE id = $1 AND attachment_count + $2 <= $3

-- @query attachments_of_ticket(ticket_id int, internal_too bool) many attachment_row
${attachment_select} WHERE a.ticket_id = $1 AND (NOT a.is_internal OR $2) ORDER BY a.id

-- @query attachments_of_comment(comment_id int, internal_too bool) many attachment_row
${attachment_select} WHERE a.comment_id = $1 AND (NOT a.is_internal OR $2) ORDER BY a.id

-- @query attachment_by_uuid(uuid uuid) one attachment_row
${attachment_select} WHERE a.uuid = $1

-- @query attachment_move(id int, ticket_id int) exec
UPDATE attachment SET ticket_id = $2 WHERE id = $1 AND comment_id IS NULL

-- @query attachment_claim(id int, comment_id int, is_internal bool) changes
UPDATE attachment SET comment_id = $2, is_internal = $3 WHERE id = $1 AND comment_id IS NULL
