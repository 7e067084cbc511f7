-- Why was something not granted, and to whom?
WITH
  record AS (
    SELECT DISTINCT body FROM writ_evidence
  )
SELECT
  json_extract_scalar(body, '$.reason') AS reason,
  json_extract_scalar(body, '$.subject.id') AS user_id,
  count(*) AS records,
  from_unixtime(max(CAST(json_extract_scalar(body, '$.at') AS bigint))) AS last
FROM record
WHERE json_extract_scalar(body, '$.type') = 'refused'
GROUP BY 1, 2
ORDER BY 3 DESC, 1, 2;
