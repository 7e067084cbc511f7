import { findTrailFiles, sortOut, type TrailFiles } from '../../adapters/trail/find-files.ts';
import { awsFailure } from '../aws-failure.ts';
import { openBucket } from '../evidence-place.ts';
import { printable, usage } from '../failure.ts';
import type { Io } from '../io.ts';

/**
 * The files of a trail, as people name it: files, folders, patterns, `s3://bucket/prefix`.
 *
 * @throws Failure of usage for what is not there; what AWS says of a bucket.
 */
export async function findTrail(named: readonly string[], io: Io): Promise<TrailFiles> {
  const isRemote = (name: string) => name.startsWith('s3:');
  const here = await findTrailFiles(
    named.filter((name) => !isRemote(name)),
    io.cwd,
  );
  if ('missing' in here)
    throw usage(`There is nothing called ${printable(here.missing)}.`, 'writ audit --help');
  const remote = await Promise.all(named.filter(isRemote).map(inBucket));
  return sortOut([...here, ...remote.flat()]);
}

async function inBucket(place: string) {
  const { client, bucket, prefix } = await openBucket(place);
  const { s3TrailFiles } = await import('../../adapters/trail/s3-files.ts');
  try {
    return await s3TrailFiles(client, bucket, prefix);
  } catch (caught) {
    throw awsFailure(caught, `The trail at ${printable(place)} cannot be listed.`);
  }
}
