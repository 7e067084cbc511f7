import { nextStep } from './broker-failure.ts';
import { Failure } from './failure.ts';

/** Runs a request to the broker; a refusal's next step then names this profile. */
export async function forProfile<T>(profile: string, request: () => Promise<T>): Promise<T> {
  try {
    return await request();
  } catch (caught) {
    if (!(caught instanceof Failure)) throw caught;
    if (caught.fields.remedy === undefined) throw withoutRemedy(caught, profile);
    const { remedy, reason_code } = caught.fields;
    // An identity provider that remembers the user would answer with the same old sign-in.
    const flag = reason_code === 'subject_sign_in_too_old' ? ' --fresh' : '';
    throw new Failure({ ...caught.fields, next: nextStep(remedy, profile) + flag });
  }
}

/**
 * A broker tells a stranger no reason, and a user is a stranger whose sign-in it cannot verify: because its issuer
 * has new keys, or because the broker is another one by now.
 */
const withoutRemedy = ({ fields }: Failure, profile: string): Failure =>
  new Failure(
    fields.exit === 2 && fields.reason_code === undefined
      ? { ...fields, next: `If this lasts, sign in again: ${nextStep('login', profile)}` }
      : fields,
  );
