import { CreateStackCommand, type StackStatus, UpdateStackCommand } from '@aws-sdk/client-cloudformation';
import { eventually } from './eventually.ts';
import { type Laboratory, nameOf, tagsOf } from './laboratory.ts';
import { removeStack, stackOf } from './removals.ts';

const CAPABILITIES = ['CAPABILITY_NAMED_IAM'] as const;
const SLOWER = 5;

/** Deployed, and complete. @returns the stack's name. */
export async function deploy(lab: Laboratory, what: string, template: object): Promise<string> {
  const { cloudformation } = lab.clients;
  const StackName = nameOf(lab, what);
  await lab.cleanup.make(
    `stack ${StackName}`,
    () =>
      cloudformation.send(
        new CreateStackCommand({
          ...{ StackName, TemplateBody: JSON.stringify(template), Tags: tagsOf(lab) },
          Capabilities: [...CAPABILITIES],
        }),
      ),
    () => removeStack(lab.clients, StackName, lab.patience),
  );
  await settled(lab, StackName, 'CREATE_COMPLETE');
  return StackName;
}

export async function redeploy(lab: Laboratory, StackName: string, template: object): Promise<void> {
  await lab.clients.cloudformation.send(
    new UpdateStackCommand({
      ...{ StackName, TemplateBody: JSON.stringify(template) },
      Capabilities: [...CAPABILITIES],
    }),
  );
  await settled(lab, StackName, 'UPDATE_COMPLETE');
}

/** @throws Error as soon as it has gone wrong. */
async function settled(lab: Laboratory, name: string, wanted: StackStatus): Promise<void> {
  const { withinMillis, everyMillis } = lab.patience;
  await eventually(
    { withinMillis: withinMillis * SLOWER, everyMillis: everyMillis * SLOWER, times: 1 },
    `stack ${name} is ${wanted}`,
    async () => {
      const stack = await stackOf(lab.clients.cloudformation, name);
      const status = stack?.StackStatus ?? 'gone';
      // One that still rolls back could not be deleted yet.
      if (/(?:FAILED|ROLLBACK_COMPLETE|gone)$/.test(status))
        throw new Error(`stack ${name}: ${status}, ${stack?.StackStatusReason ?? 'and no reason'}`);
      return status;
    },
    (status) => status === wanted,
  );
}
