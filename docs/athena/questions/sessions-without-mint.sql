-- The other way: of which issued sessions does the trail have no STS event? Lost, not delivered yet, or another trail's.
SELECT session.writ, from_unixtime(session.issued_at) AS issued_at, session.account, session.role, session.requestid
FROM writ_session AS session
LEFT JOIN writ_event AS mint ON mint.requestid = session.requestid AND mint.is_mint
WHERE session.outcome = 'issued' AND mint.eventid IS NULL
ORDER BY 2, 1;
