-- How long did sessions live, by their deadlines? (OWASP NHI7.)
SELECT
  permission,
  count(*) AS sessions,
  max(deadline - issued_at) AS longest_seconds,
  avg(deadline - issued_at) AS mean_seconds
FROM writ_session
WHERE outcome = 'issued'
GROUP BY permission
ORDER BY 3 DESC, 1;
