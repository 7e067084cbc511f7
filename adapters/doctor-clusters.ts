import { type EKSClient, paginateListAccessEntries, paginateListClusters } from '@aws-sdk/client-eks';
import type { ClusterFacts } from '../core/doctor/facts.ts';

/** The clusters of one Region, with the IAM principals that their access entries name. */
export async function clustersOf(client: EKSClient, region: string): Promise<readonly ClusterFacts[]> {
  const names: string[] = [];
  for await (const { clusters = [] } of paginateListClusters({ client }, {})) names.push(...clusters);
  return Promise.all(
    names.map(async (name) => {
      const principals: string[] = [];
      for await (const { accessEntries = [] } of paginateListAccessEntries(
        { client },
        { clusterName: name },
      )) {
        principals.push(...accessEntries);
      }
      return { name, region, principals };
    }),
  );
}
