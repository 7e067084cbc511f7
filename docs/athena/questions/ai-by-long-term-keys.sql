-- Which calls to AI services were made with credentials that do not end?
SELECT eventtime, eventid, account, region, eventsource, eventname, identity_type, identity_arn, accesskeyid, useragent
FROM writ_event
WHERE regexp_like(eventsource, '^(?:bedrock[a-z-]*|sagemaker[a-z-]*|q|qbusiness|qapps|qdeveloper|codewhisperer|kiro|nova-act|aws-mcp)\.amazonaws\.com$')
  AND (identity_type IN ('IAMUser', 'Root') OR accesskeyid LIKE 'AKIA%')
ORDER BY eventtime, eventid;
