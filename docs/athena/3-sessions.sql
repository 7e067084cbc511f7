-- Each writ with its decision and what came of it: who authorised, which agent, for which task, and for how long. Every
-- record once: a segment that lost the race for its place holds what stands in another. An outcome counts only with the
-- intent that it names by hash.
CREATE OR REPLACE VIEW writ_session AS
WITH
  record AS (
    SELECT DISTINCT body FROM writ_evidence
  ),
  intent AS (
    SELECT
      json_extract_scalar(body, '$.writ') AS writ,
      lower(to_hex(sha256(to_utf8(body)))) AS intent,
      CAST(json_extract_scalar(body, '$.at') AS bigint) AS asked_at,
      json_extract_scalar(body, '$.subject.id') AS user_id,
      json_extract_scalar(body, '$.subject.iss') AS issuer,
      json_extract_scalar(body, '$.device.id') AS device,
      json_extract_scalar(body, '$.device.kind') AS device_kind,
      json_extract_scalar(body, '$.actor.agent') AS agent,
      json_extract_scalar(body, '$.actor.kind') AS agent_kind,
      json_extract_scalar(body, '$.task.value') AS task,
      json_extract_scalar(body, '$.permission') AS permission,
      json_extract_scalar(body, '$.authority') AS authority,
      json_extract_scalar(body, '$.account') AS account,
      json_extract_scalar(body, '$.role') AS role,
      json_extract_scalar(body, '$.sessionPolicy') AS session_policy,
      json_extract_scalar(body, '$.decision.bundle') AS configuration,
      CAST(json_extract_scalar(body, '$.deadline') AS bigint) AS deadline
    FROM record
    WHERE json_extract_scalar(body, '$.type') = 'intent'
  ),
  outcome AS (
    SELECT
      json_extract_scalar(body, '$.writ') AS writ,
      json_extract_scalar(body, '$.intent') AS intent,
      json_extract_scalar(body, '$.outcome') AS outcome,
      json_extract_scalar(body, '$.accessKeyId') AS accesskeyid,
      json_extract_scalar(body, '$.assumedRoleId') AS assumedroleid,
      json_extract_scalar(body, '$.requestId') AS requestid,
      CAST(json_extract_scalar(body, '$.issuedAt') AS bigint) AS issued_at,
      CAST(json_extract_scalar(body, '$.expiration') AS bigint) AS expiration
    FROM record
    WHERE json_extract_scalar(body, '$.type') = 'outcome'
  )
SELECT
  intent.*,
  coalesce(outcome.outcome, 'open') AS outcome,
  outcome.accesskeyid,
  outcome.assumedroleid,
  outcome.requestid,
  outcome.issued_at,
  outcome.expiration
FROM intent
LEFT JOIN outcome ON outcome.writ = intent.writ AND outcome.intent = intent.intent;
