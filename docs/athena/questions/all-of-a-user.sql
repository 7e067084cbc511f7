-- Which writs did one user get, and what was done with each? Put the name in place of ?: corp:alice.
SELECT
  session.writ,
  from_unixtime(session.asked_at) AS asked_at,
  session.outcome,
  session.agent,
  session.device,
  session.task,
  session.permission,
  session.account,
  from_unixtime(session.deadline) AS deadline,
  count(event.eventid) AS events,
  count_if(event.is_refused) AS refused,
  min(event.eventtime) AS first_use,
  max(event.eventtime) AS last_use
FROM writ_session AS session
LEFT JOIN writ_attributed AS event ON event.joined_writ = session.writ AND event.is_use
WHERE session.user_id = ?
GROUP BY 1, 2, 3, 4, 5, 6, 7, 8, 9
ORDER BY 2, 1;
