import { paginateListObjectsV2, type S3Client } from '@aws-sdk/client-s3';
import type { LogFolder } from '../core/evidence/ports.ts';
import { Fault } from '../core/fault.ts';
import { s3EvidenceReader } from './s3-evidence.ts';

/** A log below a prefix of a bucket, to be verified: read and listed. @param prefix - Empty, or ends in `/`. */
export function s3EvidenceFolder(client: S3Client, bucket: string, prefix: string): LogFolder {
  const reader = s3EvidenceReader(client, bucket);
  return {
    read: (path) => reader.read(`${prefix}${path}`),
    list: async (folder) => {
      const found: string[] = [];
      try {
        const pages = paginateListObjectsV2({ client }, { Bucket: bucket, Prefix: `${prefix}${folder}` });
        for await (const { Contents = [] } of pages) {
          found.push(...Contents.flatMap(({ Key }) => (Key === undefined ? [] : [Key.slice(prefix.length)])));
        }
      } catch (caught) {
        throw new Fault('evidence_unavailable', { cause: caught });
      }
      return found.sort();
    },
  };
}
