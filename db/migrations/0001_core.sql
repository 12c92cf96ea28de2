-- @postgres
-- The elements of a JSON array, by the name that SQLite has for them.
CREATE FUNCTION json_each(text) RETURNS TABLE (value text) LANGUAGE sql IMMUTABLE AS $$ SELECT json_array_elements_text($1::json) $$;
-- For parameters that lower() is asked of: folded and ordered as columns are, whatever the locale of the database.
CREATE DOMAIN c_text AS text COLLATE "C";
-- @both

-- People and what they work by ---------------------------------------------------------------

CREATE TABLE category (
  id BIGINT PRIMARY KEY,
  uuid UUID NOT NULL UNIQUE,
  name TEXT NOT NULL,
  name_key TEXT NOT NULL UNIQUE,             -- case-folded
  description TEXT,
  score BIGINT NOT NULL,                     -- what it adds to the score of a ticket
  is_active BOOLEAN NOT NULL,
  created_ms BIGINT NOT NULL,
  updated_ms BIGINT NOT NULL
) STRICT;

CREATE TABLE requester (
  id BIGINT PRIMARY KEY,
  uuid UUID NOT NULL UNIQUE,
  name TEXT NOT NULL,
  email TEXT NOT NULL,
  email_key TEXT NOT NULL UNIQUE,
  phone TEXT,
  user_id TEXT,                              -- what the customer system calls them
  organization TEXT,
  tier BIGINT NOT NULL,
  ticket_count BIGINT NOT NULL,              -- ever created: history counts for priority
  last_ticket_ms BIGINT,
  created_ms BIGINT NOT NULL,
  updated_ms BIGINT NOT NULL
) STRICT;
CREATE INDEX requester_by_name ON requester(name, id);

CREATE TABLE agent (
  id BIGINT PRIMARY KEY,
  uuid UUID NOT NULL UNIQUE,
  name TEXT NOT NULL,
  email TEXT NOT NULL,
  email_key TEXT NOT NULL UNIQUE,
  role BIGINT NOT NULL,
  password_hash TEXT,
  max_concurrent_tickets BIGINT NOT NULL,
  current_tickets BIGINT NOT NULL,           -- always the number of active tickets assigned
  presence BIGINT NOT NULL,
  is_active BOOLEAN NOT NULL,
  last_assigned_ms BIGINT NOT NULL,          -- 0: never. Ties break by who waited longest
  last_active_ms BIGINT NOT NULL,
  created_ms BIGINT NOT NULL,
  updated_ms BIGINT NOT NULL
) STRICT;
CREATE INDEX agent_by_presence ON agent(presence, id);

CREATE TABLE agent_group (
  id BIGINT PRIMARY KEY,
  uuid UUID NOT NULL UNIQUE,
  name TEXT NOT NULL,
  name_key TEXT NOT NULL UNIQUE,
  description TEXT,
  created_ms BIGINT NOT NULL,
  updated_ms BIGINT NOT NULL
) STRICT;

CREATE TABLE agent_group_member (
  group_id BIGINT NOT NULL REFERENCES agent_group(id) ON DELETE CASCADE,
  agent_id BIGINT NOT NULL REFERENCES agent(id) ON DELETE CASCADE,
  PRIMARY KEY (group_id, agent_id)
) STRICT;
CREATE INDEX agent_group_member_by_agent ON agent_group_member(agent_id);

CREATE TABLE agent_skill (
  agent_id BIGINT NOT NULL REFERENCES agent(id) ON DELETE CASCADE,
  skill TEXT NOT NULL,                       -- case-folded
  PRIMARY KEY (agent_id, skill)
) STRICT;
CREATE INDEX agent_skill_by_skill ON agent_skill(skill, agent_id);

CREATE TABLE session (
  id BIGINT PRIMARY KEY,
  token_hash BYTES NOT NULL UNIQUE,
  csrf_token TEXT NOT NULL,
  agent_id BIGINT NOT NULL REFERENCES agent(id) ON DELETE CASCADE,
  created_ms BIGINT NOT NULL,
  expires_ms BIGINT NOT NULL,
  ip TEXT,
  user_agent TEXT
) STRICT;
CREATE INDEX session_by_agent ON session(agent_id);
CREATE INDEX session_by_expiry ON session(expires_ms);

CREATE TABLE api_token (
  id BIGINT PRIMARY KEY,
  uuid UUID NOT NULL UNIQUE,
  token_hash BYTES NOT NULL UNIQUE,
  hint TEXT NOT NULL,                        -- its first characters, to tell tokens apart
  name TEXT NOT NULL,
  scope BIGINT NOT NULL,
  agent_id BIGINT REFERENCES agent(id) ON DELETE CASCADE,
  requester_id BIGINT REFERENCES requester(id) ON DELETE CASCADE,
  created_ms BIGINT NOT NULL,
  expires_ms BIGINT NOT NULL,
  revoked_ms BIGINT,
  last_used_ms BIGINT
) STRICT;
CREATE INDEX api_token_by_agent ON api_token(agent_id);

CREATE TABLE rate_limit (
  key TEXT PRIMARY KEY,
  window_ms BIGINT NOT NULL,                 -- when the window began
  n BIGINT NOT NULL
) STRICT;
CREATE INDEX rate_limit_by_age ON rate_limit(window_ms);

-- Rules and policies --------------------------------------------------------------------------

CREATE TABLE calendar (
  id BIGINT PRIMARY KEY,
  uuid UUID NOT NULL UNIQUE,
  name TEXT NOT NULL,
  name_key TEXT NOT NULL UNIQUE,
  definition TEXT NOT NULL,                  -- JSON: timezone, hours, holidays
  created_ms BIGINT NOT NULL,
  updated_ms BIGINT NOT NULL
) STRICT;

CREATE TABLE sla_policy (
  id BIGINT PRIMARY KEY,
  uuid UUID NOT NULL UNIQUE,
  name TEXT NOT NULL,
  description TEXT,
  position BIGINT NOT NULL,                  -- the first that matches is taken
  priorities TEXT NOT NULL,                  -- JSON arrays. Empty: any
  categories TEXT NOT NULL,
  tiers TEXT NOT NULL,
  response_minutes BIGINT NOT NULL,
  resolution_minutes BIGINT NOT NULL,
  calendar_id BIGINT REFERENCES calendar(id),
  is_active BOOLEAN NOT NULL,
  created_ms BIGINT NOT NULL,
  updated_ms BIGINT NOT NULL
) STRICT;
CREATE INDEX sla_policy_by_position ON sla_policy(position, id);

CREATE TABLE assignment_rule (
  id BIGINT PRIMARY KEY,
  uuid UUID NOT NULL UNIQUE,
  type BIGINT NOT NULL,
  category_id BIGINT NOT NULL REFERENCES category(id),
  subcategory TEXT,                          -- NULL: all of the category
  priority BIGINT NOT NULL,
  agent_id BIGINT REFERENCES agent(id),
  group_id BIGINT REFERENCES agent_group(id),
  is_active BOOLEAN NOT NULL,
  created_ms BIGINT NOT NULL,
  updated_ms BIGINT NOT NULL
) STRICT;
CREATE INDEX assignment_rule_by_category ON assignment_rule(category_id, priority DESC, id);

CREATE TABLE category_skill (
  id BIGINT PRIMARY KEY,
  uuid UUID NOT NULL UNIQUE,
  category_id BIGINT NOT NULL REFERENCES category(id) ON DELETE CASCADE,
  subcategory TEXT,
  skill TEXT NOT NULL,                       -- case-folded
  created_ms BIGINT NOT NULL
) STRICT;
CREATE INDEX category_skill_by_category ON category_skill(category_id);

CREATE TABLE round_robin (
  pool BIGINT PRIMARY KEY,                   -- 0: everybody, else a group
  last_agent_id BIGINT NOT NULL
) STRICT;

CREATE TABLE auto_response (
  id BIGINT PRIMARY KEY,
  uuid UUID NOT NULL UNIQUE,
  category_id BIGINT REFERENCES category(id) ON DELETE CASCADE, -- NULL: the fallback for all
  subject TEXT NOT NULL,
  content TEXT NOT NULL,
  is_active BOOLEAN NOT NULL,
  created_ms BIGINT NOT NULL,
  updated_ms BIGINT NOT NULL
) STRICT;
CREATE INDEX auto_response_by_category ON auto_response(category_id);

-- Tickets -------------------------------------------------------------------------------------

CREATE TABLE ticket (
  id BIGINT PRIMARY KEY,                     -- the number that people say
  uuid UUID NOT NULL UNIQUE,
  external_id TEXT,
  subject TEXT NOT NULL,
  description TEXT NOT NULL,
  status BIGINT NOT NULL,
  priority BIGINT NOT NULL,
  category_id BIGINT NOT NULL REFERENCES category(id),
  subcategory TEXT,
  requester_id BIGINT NOT NULL REFERENCES requester(id),
  assignee_id BIGINT REFERENCES agent(id),
  group_id BIGINT REFERENCES agent_group(id),
  waiting BOOLEAN NOT NULL,                  -- looks for an agent as soon as one is free
  source BIGINT NOT NULL,
  channel TEXT,
  tags TEXT NOT NULL,                        -- JSON array, indexed by ticket_tag
  custom_fields TEXT NOT NULL,               -- JSON object
  comment_count BIGINT NOT NULL,
  attachment_count BIGINT NOT NULL,
  due_ms BIGINT,
  resolved_ms BIGINT,
  closed_ms BIGINT,
  deleted_ms BIGINT,
  merged_into BIGINT REFERENCES ticket(id),
  created_ms BIGINT NOT NULL,
  updated_ms BIGINT NOT NULL,
  version BIGINT NOT NULL
) STRICT;
-- Deleted tickets are in no list: every list index leaves them out.
CREATE INDEX ticket_by_created ON ticket(created_ms, id) WHERE deleted_ms IS NULL;
CREATE INDEX ticket_by_status ON ticket(status, created_ms, id) WHERE deleted_ms IS NULL;
CREATE INDEX ticket_by_state ON ticket(status, priority, category_id, created_ms, id) WHERE deleted_ms IS NULL;
CREATE INDEX ticket_by_assignee ON ticket(assignee_id, status, priority, category_id, created_ms, id) WHERE deleted_ms IS NULL;
CREATE INDEX ticket_by_requester ON ticket(requester_id, created_ms, id) WHERE deleted_ms IS NULL;
CREATE INDEX ticket_by_group ON ticket(group_id, status, created_ms, id) WHERE deleted_ms IS NULL;
CREATE INDEX ticket_by_due ON ticket(status, due_ms, id) WHERE deleted_ms IS NULL;
CREATE INDEX ticket_by_updated ON ticket(status, updated_ms, id) WHERE deleted_ms IS NULL;
CREATE INDEX ticket_waiting ON ticket(priority DESC, created_ms, id) WHERE waiting;
CREATE INDEX ticket_by_external_id ON ticket(external_id) WHERE external_id IS NOT NULL;

-- Tags of the tickets that are not deleted.
CREATE TABLE ticket_tag (
  tag TEXT NOT NULL,                         -- case-folded
  created_ms BIGINT NOT NULL,                -- of the ticket: lists by tag come in order
  ticket_id BIGINT NOT NULL REFERENCES ticket(id),
  PRIMARY KEY (tag, created_ms, ticket_id)
) STRICT, WITHOUT_ROWID;
CREATE INDEX ticket_tag_by_ticket ON ticket_tag(ticket_id);

CREATE TABLE ticket_comment (
  id BIGINT PRIMARY KEY,
  uuid UUID NOT NULL,
  ticket_id BIGINT NOT NULL REFERENCES ticket(id),
  author_type BIGINT NOT NULL,
  author_id BIGINT,
  author_uuid UUID,
  author_name TEXT NOT NULL,
  content TEXT NOT NULL,
  is_internal BOOLEAN NOT NULL,
  mail_id BIGINT,                            -- the message it came from
  created_ms BIGINT NOT NULL
) STRICT;
CREATE INDEX ticket_comment_by_ticket ON ticket_comment(ticket_id, created_ms, id);

CREATE TABLE ticket_watcher (
  ticket_id BIGINT NOT NULL REFERENCES ticket(id),
  email_key TEXT NOT NULL,
  email TEXT NOT NULL,
  name TEXT,
  agent_id BIGINT REFERENCES agent(id) ON DELETE CASCADE,
  created_ms BIGINT NOT NULL,
  PRIMARY KEY (ticket_id, email_key)
) STRICT, WITHOUT_ROWID;

CREATE TABLE ticket_link (
  ticket_id BIGINT NOT NULL REFERENCES ticket(id),
  other_id BIGINT NOT NULL REFERENCES ticket(id),
  kind TEXT NOT NULL,                        -- related, duplicate, parent, follow_up, merged
  created_ms BIGINT NOT NULL,
  PRIMARY KEY (ticket_id, other_id, kind)
) STRICT, WITHOUT_ROWID;
CREATE INDEX ticket_link_by_other ON ticket_link(other_id);

CREATE TABLE attachment (
  id BIGINT PRIMARY KEY,
  uuid UUID NOT NULL UNIQUE,
  ticket_id BIGINT NOT NULL REFERENCES ticket(id),
  comment_id BIGINT REFERENCES ticket_comment(id),
  sha256 BYTES NOT NULL,
  file_name TEXT NOT NULL,
  size_bytes BIGINT NOT NULL,
  mime_type TEXT NOT NULL,                   -- what it is, not what it says it is
  content_id TEXT,                           -- inline images of HTML mail
  is_internal BOOLEAN NOT NULL,
  uploader_type BIGINT NOT NULL,
  uploader_id BIGINT,
  uploader_name TEXT NOT NULL,
  created_ms BIGINT NOT NULL
) STRICT;
CREATE INDEX attachment_by_ticket ON attachment(ticket_id, id);
CREATE INDEX attachment_by_comment ON attachment(comment_id) WHERE comment_id IS NOT NULL;
CREATE INDEX attachment_by_sha256 ON attachment(sha256);

-- Why a ticket is where it is ------------------------------------------------------------------

CREATE TABLE ticket_score (
  ticket_id BIGINT PRIMARY KEY REFERENCES ticket(id),
  score BIGINT NOT NULL,
  parts TEXT NOT NULL                        -- JSON: what added how much
) STRICT;

CREATE TABLE assignment_decision (
  id BIGINT PRIMARY KEY,
  ticket_id BIGINT NOT NULL REFERENCES ticket(id),
  method TEXT NOT NULL,                      -- auto, manual, round_robin, skill_based, least_busy, none
  rule_id BIGINT,
  agent_id BIGINT,
  group_id BIGINT,
  candidates TEXT NOT NULL,                  -- JSON array: who was eligible, with load and capacity
  reason TEXT NOT NULL,
  created_ms BIGINT NOT NULL
) STRICT;
CREATE INDEX assignment_decision_by_ticket ON assignment_decision(ticket_id, id);

CREATE TABLE ticket_sla (
  ticket_id BIGINT PRIMARY KEY REFERENCES ticket(id),
  policy_id BIGINT REFERENCES sla_policy(id),
  policy_name TEXT NOT NULL,
  calendar_id BIGINT REFERENCES calendar(id),
  started_ms BIGINT NOT NULL,                -- when the clock began: creation, or reopening
  response_target_ms BIGINT NOT NULL,        -- business time allowed
  resolution_target_ms BIGINT NOT NULL,
  response_due_ms BIGINT NOT NULL,
  resolution_due_ms BIGINT NOT NULL,
  response_ms BIGINT,
  resolution_ms BIGINT,
  response_met BIGINT,
  resolution_met BIGINT,
  paused_since_ms BIGINT,
  paused_ms BIGINT NOT NULL,                 -- business time spent waiting for the customer
  fired BIGINT NOT NULL                      -- bits: which warnings and breaches have been told
) STRICT;

CREATE TABLE sla_pause (
  ticket_id BIGINT NOT NULL REFERENCES ticket(id),
  from_ms BIGINT NOT NULL,
  to_ms BIGINT,
  business_ms BIGINT NOT NULL,
  PRIMARY KEY (ticket_id, from_ms)
) STRICT, WITHOUT_ROWID;

-- What happened ---------------------------------------------------------------------------------

-- History, audit log and live stream are three views of this one list.
CREATE TABLE event (
  id BIGINT PRIMARY KEY,
  at_ms BIGINT NOT NULL,
  entity BIGINT NOT NULL,
  entity_id BIGINT NOT NULL,
  entity_uuid UUID,
  kind TEXT NOT NULL,
  actor_type BIGINT NOT NULL,
  actor_id BIGINT,
  actor_name TEXT NOT NULL,
  changed_from TEXT,                         -- JSON
  changed_to TEXT,
  note TEXT,
  requester_id BIGINT,                       -- of the ticket: who else may see it
  agents_only BOOLEAN NOT NULL,
  ip TEXT,
  user_agent TEXT
) STRICT;
CREATE INDEX event_by_entity ON event(entity, entity_id, id);
CREATE INDEX event_by_requester ON event(requester_id, id) WHERE requester_id IS NOT NULL;

-- @sqlite
CREATE TRIGGER event_is_append_only BEFORE UPDATE ON event BEGIN SELECT RAISE(ABORT, 'events are append-only'); END;
CREATE TRIGGER event_is_never_deleted BEFORE DELETE ON event BEGIN SELECT RAISE(ABORT, 'events are append-only'); END;
-- @postgres
CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'events are append-only'; END $$;
CREATE TRIGGER event_is_append_only BEFORE UPDATE OR DELETE ON event FOR EACH ROW EXECUTE FUNCTION refuse_change();
-- @both

-- Mail --------------------------------------------------------------------------------------------

CREATE TABLE mail (
  id BIGINT PRIMARY KEY,
  uuid UUID NOT NULL UNIQUE,
  received_ms BIGINT NOT NULL,
  sha256 BYTES NOT NULL,                     -- of the raw message, kept in the file store
  size_bytes BIGINT NOT NULL,
  message_id TEXT,
  from_email TEXT,
  subject TEXT,
  action TEXT NOT NULL,                      -- created, commented, duplicate, ignored
  reason TEXT NOT NULL,
  is_automatic BOOLEAN NOT NULL,
  is_bounce BOOLEAN NOT NULL,
  ticket_id BIGINT REFERENCES ticket(id),
  comment_id BIGINT REFERENCES ticket_comment(id)
) STRICT;
CREATE INDEX mail_by_sha256 ON mail(sha256);
CREATE INDEX mail_by_message_id ON mail(message_id) WHERE message_id IS NOT NULL;
CREATE INDEX mail_by_ticket ON mail(ticket_id) WHERE ticket_id IS NOT NULL;

-- Every Message-ID sent or received, and the ticket it belongs to.
CREATE TABLE message_ref (
  message_id TEXT NOT NULL,
  ticket_id BIGINT NOT NULL REFERENCES ticket(id),
  is_ours BOOLEAN NOT NULL,
  PRIMARY KEY (message_id, ticket_id)
) STRICT, WITHOUT_ROWID;
CREATE INDEX message_ref_by_ticket ON message_ref(ticket_id);

CREATE TABLE outbox (
  id BIGINT PRIMARY KEY,
  uuid UUID NOT NULL UNIQUE,
  kind TEXT NOT NULL,                        -- acknowledgement, reply, notification
  ticket_id BIGINT REFERENCES ticket(id),
  comment_id BIGINT REFERENCES ticket_comment(id),
  message_id TEXT NOT NULL,
  recipients TEXT NOT NULL,                  -- JSON array of {name, email}
  subject TEXT NOT NULL,
  body TEXT NOT NULL,                        -- Markdown. HTML is made when it is sent
  in_reply_to TEXT,
  refs TEXT,                                 -- Message-IDs, oldest first, separated by spaces
  auto_submitted TEXT,                       -- NULL for what a person wrote
  state BIGINT NOT NULL,                     -- queued, sent, failed, cancelled
  attempts BIGINT NOT NULL,
  next_ms BIGINT,
  last_error TEXT,
  created_ms BIGINT NOT NULL,
  sent_ms BIGINT
) STRICT;
CREATE INDEX outbox_by_state ON outbox(state, id);
CREATE INDEX outbox_by_ticket ON outbox(ticket_id) WHERE ticket_id IS NOT NULL;

-- Machinery -----------------------------------------------------------------------------------------

CREATE TABLE job (
  kind BIGINT NOT NULL,
  ref BIGINT NOT NULL,                       -- what it is about, by kind
  lane BIGINT NOT NULL,                      -- 0: timers, 1: work with the outside
  due_ms BIGINT NOT NULL,
  attempts BIGINT NOT NULL,
  leased_until_ms BIGINT NOT NULL,           -- 0: free
  last_error TEXT,
  PRIMARY KEY (kind, ref)
) STRICT, WITHOUT_ROWID;
CREATE INDEX job_by_due ON job(lane, due_ms, kind, ref);

CREATE TABLE idempotency (
  actor_type BIGINT NOT NULL,
  actor_id BIGINT NOT NULL,
  key TEXT NOT NULL,
  request_hash BYTES NOT NULL,
  status BIGINT NOT NULL,
  content_type TEXT,
  body TEXT NOT NULL,
  created_ms BIGINT NOT NULL,
  PRIMARY KEY (actor_type, actor_id, key)
) STRICT, WITHOUT_ROWID;
CREATE INDEX idempotency_by_age ON idempotency(created_ms);

-- Counters: how many tickets stand in each state, and what the tickets of each day came to. A slot
-- spreads one counter over several rows where many writers would wait for each other: readers add up.
-- -1 stands for all: of assignee_id, or of priority and category_id together. So a ticket counts in
-- four rows, and what a list or the statistics need stands side by side in one of them.
CREATE TABLE ticket_count (
  assignee_id BIGINT NOT NULL,               -- 0: nobody
  priority BIGINT NOT NULL,
  category_id BIGINT NOT NULL,
  status BIGINT NOT NULL,
  slot BIGINT NOT NULL,
  n BIGINT NOT NULL,
  PRIMARY KEY (assignee_id, priority, category_id, status, slot)
) STRICT, WITHOUT_ROWID;

CREATE TABLE report_day (
  agent_id BIGINT NOT NULL,                  -- whose tickets. 0: of everybody
  dimension BIGINT NOT NULL,                 -- what key is: nothing, a priority, a category, an agent
  day BIGINT NOT NULL,                       -- UTC day of creation, since 1970
  key BIGINT NOT NULL,
  slot BIGINT NOT NULL,
  total BIGINT NOT NULL,
  new_n BIGINT NOT NULL,
  open_n BIGINT NOT NULL,                    -- open and in progress
  pending_n BIGINT NOT NULL,
  resolved_n BIGINT NOT NULL,
  closed_n BIGINT NOT NULL,
  cancelled_n BIGINT NOT NULL,
  solved_n BIGINT NOT NULL,                  -- have a resolution time
  solved_ms BIGINT NOT NULL,                 -- sum of those times
  responded_n BIGINT NOT NULL,
  responded_ms BIGINT NOT NULL,
  outcome_n BIGINT NOT NULL,                 -- service level outcomes known
  met_n BIGINT NOT NULL,
  PRIMARY KEY (agent_id, dimension, day, key, slot)
) STRICT, WITHOUT_ROWID;

-- How far an import came, so that it goes on where it was interrupted.
CREATE TABLE import_progress (
  source TEXT PRIMARY KEY,                   -- hash of path, size and beginning of the file
  offset_bytes BIGINT NOT NULL,
  line BIGINT NOT NULL,
  created BIGINT NOT NULL,
  skipped BIGINT NOT NULL,
  failed BIGINT NOT NULL,
  unassigned BIGINT NOT NULL,                -- whose agent is not known here
  updated_ms BIGINT NOT NULL,
  finished_ms BIGINT
) STRICT;

-- Full text -------------------------------------------------------------------------------------------

-- @sqlite
-- What a ticket that is not deleted says, as one document. Automatic texts are left out: they say the same everywhere.
CREATE VIEW ticket_text AS
  SELECT t.id, t.subject, t.description,
    (SELECT group_concat(content, char(10)) FROM (SELECT c.content FROM ticket_comment c WHERE c.ticket_id = t.id AND NOT c.is_internal AND c.author_type <> 1 ORDER BY c.created_ms, c.id)) AS public_text,
    (SELECT group_concat(content, char(10)) FROM (SELECT c.content FROM ticket_comment c WHERE c.ticket_id = t.id AND c.is_internal AND c.author_type <> 1 ORDER BY c.created_ms, c.id)) AS internal_text
  FROM ticket t WHERE t.deleted_ms IS NULL;
CREATE VIRTUAL TABLE ticket_fts USING fts5(subject, description, public_text, internal_text, content='ticket_text', content_rowid='id', tokenize='unicode61 remove_diacritics 2', prefix='2 3');
-- @both
