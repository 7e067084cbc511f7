-- What was each permission used for, and how often did AWS refuse? Sessions that did nothing stand with no action.
SELECT
  session.permission,
  event.eventsource,
  event.eventname,
  count(DISTINCT session.writ) AS sessions,
  count(event.eventid) AS calls,
  count_if(event.is_refused) AS refused
FROM writ_session AS session
LEFT JOIN writ_attributed AS event ON event.joined_writ = session.writ AND event.is_use
WHERE session.outcome = 'issued'
GROUP BY 1, 2, 3
ORDER BY 1, 5 DESC, 2, 3;
