import { nextStep } from './broker-failure.ts';
import { Failure } from './failure.ts';

/** Runs a request to the broker; a refusal's next step then names this profile. */
export async function forProfile<T>(profile: string, request: () => Promise<T>): Promise<T> {
  try {
    return await request();
  } catch (caught) {
    if (!(caught instanceof Failure) || caught.fields.remedy === undefined) throw caught;
    const { remedy, reason_code } = caught.fields;
    // An identity provider that remembers the user would answer with the same old sign-in.
    const flag = reason_code === 'subject_sign_in_too_old' ? ' --fresh' : '';
    throw new Failure({ ...caught.fields, next: nextStep(remedy, profile) + flag });
  }
}
