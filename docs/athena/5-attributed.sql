-- The join: a mint by STS's request id, everything else by the id that the session bears, and only where account and role are
-- the session's own. What it joins is who authorised it; whether that holds (revocations, places, two at once, proofs) is
-- for `writ audit` to say.
CREATE OR REPLACE VIEW writ_attributed AS
SELECT
  event.*,
  coalesce(minted.writ, used.writ) AS joined_writ,
  coalesce(minted.user_id, used.user_id) AS user_id,
  coalesce(minted.device, used.device) AS device,
  coalesce(minted.agent, used.agent) AS agent,
  coalesce(minted.task, used.task) AS task,
  coalesce(minted.permission, used.permission) AS permission,
  coalesce(minted.authority, used.authority) AS authority,
  coalesce(minted.outcome, used.outcome) AS outcome,
  coalesce(minted.issued_at, used.issued_at) AS issued_at,
  coalesce(minted.deadline, used.deadline) AS deadline,
  coalesce(minted.deadline, used.deadline) - event.at AS seconds_left
FROM writ_event AS event
LEFT JOIN writ_session AS minted
  ON event.is_mint
  AND NOT event.is_use
  -- An intent whose outcome is not in the log yet has no request id: then by name.
  AND (minted.requestid = event.requestid OR (minted.requestid IS NULL AND minted.writ = event.writ))
  AND minted.role = event.minted_role
LEFT JOIN writ_session AS used
  ON event.is_use
  AND used.writ = event.writ
  -- The trail of a bucket's owner does not name the role of a caller from elsewhere.
  AND (used.role = event.caller_role OR (event.caller_role IS NULL AND used.assumedroleid = event.principalid));
