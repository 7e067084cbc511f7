/** The floor: one thread that unpacks each file, parses it, and counts its events by service. Checks nothing. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';

const [folder = '.'] = process.argv.slice(2);
const counts = new Map<string, number>();
for (const name of readdirSync(folder, { recursive: true, encoding: 'utf8' })) {
  if (!name.endsWith('.json.gz')) continue;
  const { Records } = JSON.parse(gunzipSync(readFileSync(join(folder, name))).toString());
  for (const { userIdentity } of Records)
    counts.set(userIdentity.arn, (counts.get(userIdentity.arn) ?? 0) + 1);
}
console.log([...counts.values()].reduce((sum, count) => sum + count, 0));
