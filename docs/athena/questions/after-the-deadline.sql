-- What did AWS let through after a session's deadline? Two seconds are allowed for clocks that differ.
SELECT eventtime, eventid, account, region, eventsource, eventname, joined_writ, user_id, agent, task, -seconds_left AS seconds_over
FROM writ_attributed
WHERE is_use AND NOT is_refused AND outcome = 'issued' AND seconds_left < -2
ORDER BY eventtime, eventid;
