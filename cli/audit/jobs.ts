/** What a thread can be asked to do. */
import { type Found, findDuplicates } from './duplicates.ts';
import { Intake, type IntakeFile, type IntakeOptions, type Taken, type TakenFile } from './intake.ts';
import { readPartition, type Spooled } from './spool.ts';

export type Job =
  | { readonly job: 'take'; readonly file: IntakeFile }
  | { readonly job: 'taken' }
  | { readonly job: 'duplicates'; readonly spools: readonly Spooled[]; readonly partition: number }
  | { readonly job: 'again'; readonly file: IntakeFile; readonly positions: ReadonlySet<number> };

/** Answers, by the name of the job. */
export interface Answers {
  readonly take: TakenFile;
  readonly taken: Taken;
  readonly duplicates: Found;
  readonly again: Awaited<ReturnType<Intake['takeAgain']>>;
}

export class Jobs {
  readonly #intake: Intake;

  constructor(options: IntakeOptions) {
    this.#intake = new Intake(options);
  }

  run(job: Job): Promise<Answers[keyof Answers]> | Answers[keyof Answers] {
    switch (job.job) {
      case 'take':
        return this.#intake.take(job.file);
      case 'taken':
        return this.#intake.taken();
      case 'duplicates':
        return findDuplicates(readPartition(job.spools, job.partition));
      case 'again':
        return this.#intake.takeAgain(job.file, job.positions);
    }
  }
}
