-- Lists of requesters by name, by organization and by tier, a page at a time.
CREATE INDEX requester_by_lower_name ON requester(lower(name), id);
CREATE INDEX requester_by_organization ON requester(organization, name, id) WHERE organization IS NOT NULL;
CREATE INDEX requester_by_tier ON requester(tier, name, id);

-- A category or group can be deleted while nothing is in it: the check of the foreign key needs an index.
CREATE INDEX ticket_by_category ON ticket(category_id);
CREATE INDEX ticket_by_any_group ON ticket(group_id) WHERE group_id IS NOT NULL;
CREATE INDEX assignment_rule_by_group ON assignment_rule(group_id) WHERE group_id IS NOT NULL;

CREATE INDEX api_token_by_requester ON api_token(requester_id) WHERE requester_id IS NOT NULL;

-- The audit log looks mostly for what is not about tickets, the few among the many.
CREATE INDEX event_beside_tickets ON event(id) WHERE entity <> 1;
