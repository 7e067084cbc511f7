import type { Answer, Call, Service } from './call.ts';
import { AwsError, notImplemented } from './errors.ts';

/** There is no model here. Whoever reads this must see that nothing was asked of one. */
const TEXT = 'LOCAL, NO MODEL WAS ASKED: this is the fixed answer of the local AWS.';

const PATH = /^\/model\/([^/]{1,2048})\/invoke$/;
const MODEL =
  /^(?:arn:aws:bedrock:[a-z0-9-]{1,32}::foundation-model\/)?([a-z0-9-]{1,63}\.[a-z0-9.:-]{1,128})$/;

export function createBedrock(): Service<'bedrock'> {
  return {
    protocol: 'rest',
    route: ({ method, path }) => (method === 'POST' && PATH.test(path) ? 'InvokeModel' : null),
    operations: { InvokeModel: invokeModel },
  };
}

function invokeModel(call: Call): Answer {
  const model = modelId(PATH.exec(call.wire.path)?.[1] ?? '');
  call.trail.requestParameters = { modelId: model };
  if (Object.keys(call.wire.headers).some((name) => name.startsWith('x-amzn-bedrock-guardrail')))
    throw notImplemented('guardrails');
  call.authorize('bedrock:InvokeModel', `arn:aws:bedrock:${call.region}::foundation-model/${model}`);
  return {
    status: 200,
    headers: {
      'content-type': 'application/json',
      'x-amzn-bedrock-input-token-count': '0',
      'x-amzn-bedrock-output-token-count': '0',
    },
    body: JSON.stringify(cannedAnswer(model)),
  };
}

/** In the model family's own shape, so that the caller's code can read it. */
function cannedAnswer(model: string) {
  if (model.startsWith('anthropic.')) {
    return {
      id: 'msg_local',
      type: 'message',
      role: 'assistant',
      model,
      content: [{ type: 'text', text: TEXT }],
      stop_reason: 'end_turn',
      stop_sequence: null,
      usage: { input_tokens: 0, output_tokens: 0 },
    };
  }
  if (model.startsWith('amazon.nova')) {
    return {
      output: { message: { role: 'assistant', content: [{ text: TEXT }] } },
      stopReason: 'end_turn',
      usage: { inputTokens: 0, outputTokens: 0, totalTokens: 0 },
    };
  }
  throw notImplemented('models but those of anthropic. and amazon.nova');
}

function modelId(encoded: string): string {
  let decoded = '';
  try {
    decoded = decodeURIComponent(encoded);
  } catch {
    // Falls through: it is no model id.
  }
  const model = MODEL.exec(decoded)?.[1];
  if (model === undefined)
    throw new AwsError(400, 'ValidationException', 'The provided model identifier is invalid.');
  return model;
}
