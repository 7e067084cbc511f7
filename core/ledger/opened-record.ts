import { WRIT_ID } from '../writ-id.ts';

/** `<pk of the record>#<sk of the record>`: how openings are filed in *people*. */
const FILED = /^(?:WRIT|ENROLMENT|REVOCATION)#([^#]+)#(.+)$/;
const REVOKED = /^20#revoked#(.+)$/;

/**
 * The id of the record that openings belong to: by it an audit looks them up. That of a revocation, though it is filed under the
 * writ that it ended.
 *
 * @param sk - Sort key of the openings in *people*.
 * @returns `null`: no record's.
 */
export function openedRecord(sk: string): string | null {
  const [, filed, place = ''] = FILED.exec(sk) ?? [];
  const id = REVOKED.exec(place)?.[1] ?? filed;
  return id !== undefined && WRIT_ID.test(id) ? id : null;
}
