import { ROLE_PATH } from '../session/role-arn.ts';
import { about, type Check, must } from './check.ts';
import { known } from './facts.ts';
import { eachAccount } from './roles.ts';

export const CLUSTER_CHECKS: readonly Check[] = [
  {
    id: 'cluster.access',
    what: 'No EKS cluster lets a target role in.',
    reliesOn: 'EKS: access entries',
    fault: 'A cluster’s access entry names a target role.',
    judge: eachAccount(({ account, id }, { clusters }) =>
      clusters.known
        ? clusters.value.flatMap((cluster) =>
            about(`cluster ${cluster.name} of ${account}`, known(cluster), ({ name, region, principals }) => {
              const ours = principals.filter((arn) => arn.startsWith(`arn:aws:iam::${id}:role${ROLE_PATH}`));
              return must(ours.length === 0, {
                what: 'A login that was signed with a session lives on in the cluster after the deadline, and after every revocation.',
                proof: `access entries: ${ours.join(', ')}`,
                fix: `aws eks delete-access-entry --region ${region} --cluster-name ${name} --principal-arn ${ours[0] ?? ''}`,
              });
            }),
          )
        : about(`account ${account}`, clusters, () => null),
    ),
  },
];
