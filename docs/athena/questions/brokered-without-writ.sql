-- The alarm: which uses of a brokered role lead to no session that was issued?
SELECT eventtime, eventid, account, region, eventsource, eventname, caller_role, accesskeyid, sourceipaddress, writ AS names
FROM writ_attributed
WHERE is_use AND (joined_writ IS NULL OR outcome <> 'issued')
ORDER BY eventtime, eventid;
