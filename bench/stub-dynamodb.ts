/**
 * DynamoDB's answers where nothing ever fails. Of all that is written only intents and outcomes are kept, which are read
 * back by mint and by whoever ends a writ. Queries find nothing. Every account was verified just now.
 */
interface Item {
  readonly [attribute: string]: { readonly S?: string; readonly N?: string };
}
interface Transaction {
  readonly TransactItems: readonly { readonly Put?: { readonly Item: Item } }[];
}
interface Batch {
  readonly RequestItems: { readonly [table: string]: { readonly Keys: readonly Item[] } };
}

const KEPT: ReadonlySet<string | undefined> = new Set(['00#intent', '10#outcome']);
const HEALTH = 'health';
const ARCHIVE_MARK = 'mark';
/** More than can be under way; the oldest goes first. */
const MOST = 2000;
const kept = new Map<string, Item>();
const placeOf = ({ pk, sk }: Item): string => `${pk?.S} ${sk?.S}`;

/** @param body - JSON 1.0 of a request. @returns the answer's body. */
export function answerDynamodb(operation: string, body: string): string {
  switch (operation) {
    case 'TransactWriteItems':
      keep(JSON.parse(body));
      return '{}';
    case 'BatchGetItem':
      return JSON.stringify(read(JSON.parse(body)));
    case 'Query':
      return '{"Items":[],"Count":0,"ScannedCount":0}';
    case 'UpdateItem':
      return '{"Attributes":{"count":{"N":"1"},"first":{"S":"0000000000000000"}}}';
    default:
      return '{}';
  }
}

function keep({ TransactItems }: Transaction): void {
  for (const { Put } of TransactItems) {
    if (Put === undefined || !KEPT.has(Put.Item.sk?.S)) continue;
    kept.set(placeOf(Put.Item), Put.Item);
    const oldest = kept.keys().next();
    if (kept.size > MOST && !oldest.done) kept.delete(oldest.value);
  }
}

function read({ RequestItems }: Batch): object {
  const found = ({ Keys }: Batch['RequestItems'][string]) =>
    Keys.flatMap((key): Item | readonly Item[] => {
      if (key.sk?.S === ARCHIVE_MARK)
        return { ...key, settledTo: { N: String(Math.floor(Date.now() / 1000)) } };
      if (key.sk?.S === HEALTH) return { ...key, verifiedAt: { N: String(Math.floor(Date.now() / 1000)) } };
      return kept.get(placeOf(key)) ?? [];
    });
  const Responses = Object.fromEntries(
    Object.entries(RequestItems).map(([name, keys]) => [name, found(keys)]),
  );
  return { Responses, UnprocessedKeys: {} };
}
