-- The evidence log's segments: one record a line, whole. Athena proves nothing of them: `writ verify` does, first.
CREATE EXTERNAL TABLE IF NOT EXISTS writ_evidence (
  body string
)
ROW FORMAT SERDE 'org.apache.hadoop.hive.serde2.RegexSerDe'
WITH SERDEPROPERTIES ('input.regex' = '^(.*)$')
STORED AS TEXTFILE
LOCATION 's3://acme-writ-evidence/segments/';
