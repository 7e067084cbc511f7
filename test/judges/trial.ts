import { evaluate } from '../../core/iam/evaluate.ts';
import { ask } from './ask.ts';
import type { Courts } from './courts.ts';
import type { Answer, BucketPolicy, JudgeCase } from './judge-case.ts';
import type { Judged } from './judged.ts';

/** Asks both judges everything, one case after the other: bucket policies and late denies hold for one case only. */
export async function tryAll(cases: readonly JudgeCase[], courts: Courts): Promise<readonly Judged[]> {
  const judged: Judged[] = [];
  const put = new Set<string>();
  for (const each of cases) {
    for (const role of each.roles.filter(({ name }) => !put.has(name))) {
      put.add(role.name);
      await courts.ours.putRole(role);
      await courts.theirs.putRole(role);
    }
    const ours = await ourAnswer(each, courts);
    const theirs = await theirAnswer(each, courts);
    judged.push({
      name: each.name,
      ours,
      theirs,
      ...(each.allowed !== undefined && { allowed: each.allowed }),
    });
  }
  return judged;
}

async function ourAnswer(each: JudgeCase, { ours }: Courts): Promise<Answer> {
  return each.bucketPolicy === undefined ? ask(ours, each) : byCore(each, each.bucketPolicy);
}

/** The local AWS has no bucket policies; what it would judge them with has. */
function byCore({ call }: JudgeCase, { request, policies }: BucketPolicy): Answer {
  return evaluate(request, policies).allowed ? 'allowed' : `${call?.operation}: AccessDenied`;
}

async function theirAnswer(each: JudgeCase, { theirs }: Courts): Promise<Answer> {
  if (each.bucketPolicy === undefined) return ask(theirs, each);
  const takeOff = await theirs.putBucketPolicy(each.bucketPolicy);
  try {
    return await ask(theirs, each);
  } finally {
    await takeOff();
  }
}
