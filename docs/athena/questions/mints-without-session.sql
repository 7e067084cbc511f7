-- One way: which sessions of a brokered role did STS make that the log does not have as issued?
SELECT eventtime, eventid, account, region, minted_role, requestid, writ AS names, identity_arn
FROM writ_attributed
WHERE is_mint AND NOT is_use AND NOT is_refused AND (joined_writ IS NULL OR outcome <> 'issued')
ORDER BY eventtime, eventid;
