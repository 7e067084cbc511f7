/** DynamoDB's answers where nothing ever fails. Of all that is written only intents are kept: mint reads them back. */
interface Item {
  readonly [attribute: string]: { readonly S?: string };
}
interface Transaction {
  readonly TransactItems: readonly { readonly Put?: { readonly Item: Item } }[];
}
interface Batch {
  readonly RequestItems: { readonly [table: string]: { readonly Keys: readonly Item[] } };
}

const INTENT = '00#intent';
/** More than can be under way; the oldest goes first. */
const MOST = 1000;
const intents = new Map<string, Item>();

/** @param body - JSON 1.0 of a request. @returns the answer's body. */
export function answerDynamodb(operation: string, body: string): string {
  switch (operation) {
    case 'TransactWriteItems':
      keep(JSON.parse(body));
      return '{}';
    case 'BatchGetItem':
      return JSON.stringify(read(JSON.parse(body)));
    case 'UpdateItem':
      return '{"Attributes":{"count":{"N":"1"},"first":{"S":"0000000000000000"}}}';
    default:
      return '{}';
  }
}

function keep({ TransactItems }: Transaction): void {
  for (const { Put } of TransactItems) {
    if (Put?.Item.sk?.S !== INTENT) continue;
    intents.set(Put.Item.pk?.S ?? '', Put.Item);
    const oldest = intents.keys().next();
    if (intents.size > MOST && !oldest.done) intents.delete(oldest.value);
  }
}

function read({ RequestItems }: Batch): object {
  const found = ({ Keys }: Batch['RequestItems'][string]) =>
    Keys.flatMap((key) => (key.sk?.S === INTENT ? (intents.get(key.pk?.S ?? '') ?? []) : []));
  const Responses = Object.fromEntries(
    Object.entries(RequestItems).map(([name, keys]) => [name, found(keys)]),
  );
  return { Responses, UnprocessedKeys: {} };
}
