/** The two secrets of the broker: what signs attestations, and what makes nonces. */
import { isoTime } from '../encoding/iso-time.ts';
import { NONCE_KEY_UNCHANGED_SECONDS } from '../limits.ts';
import { about, aboutPresent, type Check, must } from './check.ts';

export const KEY_CHECKS: readonly Check[] = [
  {
    id: 'key.state',
    what: 'The enrolment key is there, and enabled.',
    reliesOn: '`WRIT_ENROLMENT_KEY`; KMS: `KeyState`',
    fault: 'The enrolment key is missing, disabled, or waiting to be deleted.',
    judge: ({ broker: { enrolmentKey } }) =>
      about('enrolment key', enrolmentKey, (key) =>
        must(key?.state === 'Enabled', {
          what: 'No device can be enrolled, and none that was is known any more.',
          proof: key === null ? 'DescribeKey: no such key' : `KeyState: ${key.state}`,
          fix: 'aws kms cancel-key-deletion, aws kms enable-key; a key that is gone: npx cdk deploy',
        }),
      ),
  },
  {
    id: 'key.spec',
    what: 'The enrolment key is on the curve that ES256 needs.',
    reliesOn: 'KMS: `KeySpec`',
    fault: 'The enrolment key is of another kind than ECC_NIST_P256.',
    judge: ({ broker: { enrolmentKey } }) =>
      aboutPresent('enrolment key', enrolmentKey, ({ spec }) =>
        must(spec === 'ECC_NIST_P256', {
          what: 'Attestations would carry signatures that verify nowhere (RFC 7518 §3.4).',
          proof: `KeySpec: ${spec}`,
          fix: 'A key’s kind cannot be changed: npx cdk deploy makes a new one, and devices enroll again',
        }),
      ),
  },
  {
    id: 'key.usage',
    what: 'The enrolment key is for signing.',
    reliesOn: 'KMS: `KeyUsage`',
    fault: 'The enrolment key is not for signing.',
    judge: ({ broker: { enrolmentKey } }) =>
      aboutPresent('enrolment key', enrolmentKey, ({ usage }) =>
        must(usage === 'SIGN_VERIFY', {
          what: 'KMS signs nothing with it: no device can be enrolled.',
          proof: `KeyUsage: ${usage}`,
          fix: 'A key’s use cannot be changed: npx cdk deploy makes a new one, and devices enroll again',
        }),
      ),
  },
  {
    id: 'nonce.present',
    what: 'The nonce’s secret has a current version.',
    reliesOn: '`WRIT_NONCE_KEYS`; Secrets Manager: `AWSCURRENT`',
    fault: 'The nonce’s secret is missing, or has no current version.',
    judge: ({ broker: { nonceSecret } }) =>
      about('nonce secret', nonceSecret, (secret) =>
        must(secret?.stages.includes('AWSCURRENT') === true, {
          what: 'Every request is answered 503: no nonce can be made or checked.',
          proof:
            secret === null
              ? 'DescribeSecret: no such secret'
              : `stages: ${secret.stages.join(', ') || 'none'}`,
          fix: 'npx cdk deploy; of a secret that was deleted: aws secretsmanager restore-secret',
        }),
      ),
  },
  {
    id: 'nonce.rotation',
    what: 'The nonce’s key has been changed, and the one before it is still known.',
    reliesOn: 'Secrets Manager: `AWSPREVIOUS`',
    fault: 'The nonce’s secret is months old, and has never had a second version.',
    judge: ({ broker: { nonceSecret }, now }) =>
      aboutPresent('nonce secret', nonceSecret, ({ name, stages, createdAt }) => {
        const isOld = now - createdAt > NONCE_KEY_UNCHANGED_SECONDS;
        return must(!isOld || stages.includes('AWSPREVIOUS'), {
          what: 'Who once read the key can still make nonces: proofs need not be fresh for him.',
          proof: `created ${isoTime(createdAt).slice(0, 10)}; stages: ${stages.join(', ')}`,
          fix: `aws secretsmanager put-secret-value --secret-id ${name} --secret-string "$(openssl rand -base64 32)"`,
        });
      }),
  },
];
