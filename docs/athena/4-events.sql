-- Each event once, with the writ that it names: at the end of source identity or principal id, of a mint in what it asks.
-- Copies are looked for within one account, Region and day, so that a WHERE on these reads no other file.
CREATE OR REPLACE VIEW writ_event AS
WITH
  numbered AS (
    SELECT *, row_number() OVER (PARTITION BY account, region, day, eventid ORDER BY eventtime) AS copy FROM writ_trail
  ),
  flat AS (
    SELECT
      *,
      eventsource = 'sts.amazonaws.com' AND eventname = 'AssumeRole' AS is_assume_role,
      useridentity.sessioncontext.sessionissuer.arn AS caller_role,
      nullif(regexp_extract(useridentity.sessioncontext.sourceidentity, '.\+([0-9a-hjkmnp-tv-z]{16})$', 1), '') AS named_by_source,
      nullif(regexp_extract(useridentity.principalid, '^AROA[A-Z0-9]+:.+\+([0-9a-hjkmnp-tv-z]{16})$', 1), '') AS named_by_principal,
      json_extract_scalar(requestparameters, '$.roleArn') AS asked_role,
      nullif(regexp_extract(json_extract_scalar(requestparameters, '$.sourceIdentity'), '.\+([0-9a-hjkmnp-tv-z]{16})$', 1), '') AS asked_writ
    FROM numbered
    WHERE copy = 1
  )
SELECT
  eventid,
  eventtime,
  CAST(to_unixtime(from_iso8601_timestamp(eventtime)) AS bigint) AS at,
  account,
  region,
  day,
  eventsource,
  eventname,
  sourceipaddress,
  useragent,
  errorcode,
  coalesce(
    errorcode IN (
      'AccessDenied', 'AccessDeniedException', 'UnauthorizedOperation', 'Client.UnauthorizedOperation', 'AuthFailure',
      'ExpiredToken', 'ExpiredTokenException', 'InvalidClientTokenId', 'UnrecognizedClientException', 'NotAuthorized'
    )
    OR regexp_like(errorcode, '(AccessDenied|AccessDeniedException|UnauthorizedOperation)$'),
    false
  ) AS is_refused,
  requestid,
  useridentity.type AS identity_type,
  useridentity.accesskeyid AS accesskeyid,
  useridentity.principalid AS principalid,
  useridentity.arn AS identity_arn,
  caller_role,
  CASE WHEN is_assume_role THEN asked_role END AS minted_role,
  -- What a brokered session does is a use, even where it takes another role.
  coalesce(named_by_source, named_by_principal, CASE WHEN is_assume_role THEN asked_writ END) AS writ,
  -- By its role, or by a name that only a writ's session bears: one that was carried on to another role keeps it.
  coalesce(regexp_like(caller_role, '^arn:aws[a-z-]*:iam::[0-9]{12}:role/writ/'), false)
    OR coalesce(named_by_source, named_by_principal) IS NOT NULL AS is_use,
  is_assume_role
    AND coalesce(regexp_like(asked_role, '^arn:aws[a-z-]*:iam::[0-9]{12}:role/writ/'), false) AS is_mint
FROM flat;
