-- Whether a ticket was promised a policy, or is timed by a calendar, is asked before either is deleted.
CREATE INDEX ticket_sla_by_policy ON ticket_sla(policy_id) WHERE policy_id IS NOT NULL;
CREATE INDEX ticket_sla_by_calendar ON ticket_sla(calendar_id) WHERE calendar_id IS NOT NULL;
