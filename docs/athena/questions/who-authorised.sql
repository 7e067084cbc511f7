-- Who authorised one event, what executed it, and was the session still valid? Put the event's id in place of ?.
SELECT
  eventtime,
  eventsource,
  eventname,
  errorcode,
  user_id,
  device,
  agent,
  task,
  permission,
  authority,
  joined_writ,
  from_unixtime(issued_at) AS valid_from,
  from_unixtime(deadline) AS valid_to,
  seconds_left
FROM writ_attributed
WHERE eventid = ?;
