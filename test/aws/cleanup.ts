/** Undoes what was made, last first, in all cases. */
export interface Cleanup {
  /**
   * Notes how to undo, then makes: an answer that is lost leaves nothing behind.
   *
   * @param what - A name for people, of what would be left.
   * @param undo - Succeeds where there is nothing to undo.
   */
  make<T>(what: string, make: () => Promise<T>, undo: () => Promise<unknown>): Promise<T>;
  /** @returns what could not be undone, and why. Never throws. */
  undoAll(): Promise<readonly string[]>;
}

export function createCleanup(): Cleanup {
  const undos: { readonly what: string; readonly undo: () => Promise<unknown> }[] = [];
  return {
    make(what, make, undo) {
      undos.push({ what, undo });
      return make();
    },
    async undoAll() {
      const left: string[] = [];
      for (let next = undos.pop(); next !== undefined; next = undos.pop()) {
        try {
          await next.undo();
        } catch (error) {
          left.push(`${next.what}: ${nameOfError(error)}`);
        }
      }
      return left;
    },
  };
}

/** What each service says of what is not there. */
const GONE = new Set([
  'NoSuchEntityException',
  'NoSuchEntity',
  'ResourceNotFoundException',
  'NoSuchBucket',
  'QueueDoesNotExist',
  'AWS.SimpleQueueService.NonExistentQueue',
  'NotFoundException',
  'StackSetNotFoundException',
]);

/** @throws what is no sign of there being nothing. */
export async function unlessGone(undo: () => Promise<unknown>): Promise<void> {
  try {
    await undo();
  } catch (error) {
    if (!(error instanceof Error && GONE.has(error.name))) throw error;
  }
}

export const nameOfError = (error: unknown): string => (error instanceof Error ? error.name : 'no error');
