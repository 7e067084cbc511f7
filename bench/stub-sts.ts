/** STS's answer to any AssumeRole: the names are taken over, the secrets are none. */
const SECRET = 'not-a-secret-not-a-secret-not-a-secret--';
/** As long as a session token with a policy and nine tags is, about. */
const SESSION_TOKEN = 'bm90IGEgdG9rZW4h'.repeat(75);

let issued = 0;

/** @param body - `Action=AssumeRole&…`. @returns the XML of an awsQuery answer. */
export function answerAssumeRole(body: string): string {
  const asked = new URLSearchParams(body);
  const name = asked.get('RoleSessionName') ?? '';
  const expiration = new Date((Math.floor(Date.now() / 1000) + Number(asked.get('DurationSeconds'))) * 1000);
  issued += 1;
  return `<AssumeRoleResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><AssumeRoleResult>\
<Credentials><AccessKeyId>ASIABENCH${String(issued).padStart(11, '0')}</AccessKeyId>\
<SecretAccessKey>${SECRET}</SecretAccessKey><SessionToken>${SESSION_TOKEN}</SessionToken>\
<Expiration>${expiration.toISOString().replace('.000', '')}</Expiration></Credentials>\
<AssumedRoleUser><AssumedRoleId>AROABENCH000000000000:${name}</AssumedRoleId>\
<Arn>arn:aws:sts::000000000000:assumed-role/bench/${name}</Arn></AssumedRoleUser>\
<PackedPolicySize>40</PackedPolicySize><SourceIdentity>${asked.get('SourceIdentity')}</SourceIdentity>\
</AssumeRoleResult><ResponseMetadata><RequestId>01234567-89ab-cdef-0123-456789abcdef</RequestId></ResponseMetadata>\
</AssumeRoleResponse>`;
}
