/** A stand-in of Amazon Bedrock: event streams written by AWS's own codec, signatures checked by AWS's own signer. */
import { Sha256 } from '@aws-crypto/sha256-js';
import { EventStreamCodec } from '@smithy/eventstream-codec';
import { SignatureV4 } from '@smithy/signature-v4';

const codec = new EventStreamCodec(
  (bytes) => (typeof bytes === 'string' ? bytes : Buffer.from(bytes).toString('utf8')),
  (text) => Buffer.from(text, 'utf8'),
);

export function frame(headers: Readonly<Record<string, string>>, payload: string): Buffer {
  const typed = Object.entries(headers).map(([name, value]) => [name, { type: 'string' as const, value }]);
  return Buffer.from(codec.encode({ headers: Object.fromEntries(typed), body: Buffer.from(payload, 'utf8') }));
}

export function eventFrame(type: string, payload: unknown): Buffer {
  const headers = { ':event-type': type, ':content-type': 'application/json', ':message-type': 'event' };
  return frame(headers, JSON.stringify(payload));
}

export function exceptionFrame(type: string, message: string): Buffer {
  const headers = { ':exception-type': type, ':content-type': 'application/json', ':message-type': 'exception' };
  return frame(headers, JSON.stringify({ message }));
}

/** Thinking, text and two tool calls, as ConverseStream documents its events. */
export const STREAM: readonly (readonly [type: string, payload: unknown])[] = [
  ['messageStart', { role: 'assistant', p: 'abc' }],
  ['contentBlockDelta', { contentBlockIndex: 0, delta: { reasoningContent: { text: 'Hm, Zürich 🌧' } }, p: 'ab' }],
  ['contentBlockDelta', { contentBlockIndex: 0, delta: { reasoningContent: { signature: 'c2ln' } }, p: 'ab' }],
  ['contentBlockStop', { contentBlockIndex: 0, p: 'abcd' }],
  ['contentBlockDelta', { contentBlockIndex: 1, delta: { text: 'Let me ' }, p: 'abcdef' }],
  ['contentBlockDelta', { contentBlockIndex: 1, delta: { text: '"look": Zürich 🌧\n' } }],
  ['contentBlockStop', { contentBlockIndex: 1 }],
  ['contentBlockStart', { contentBlockIndex: 2, start: { toolUse: { toolUseId: 'tu_1', name: 'weather' } } }],
  ['contentBlockDelta', { contentBlockIndex: 2, delta: { toolUse: { input: '{"city":' } } }],
  ['contentBlockDelta', { contentBlockIndex: 2, delta: { toolUse: { input: '"Zürich"}' } } }],
  ['contentBlockStop', { contentBlockIndex: 2 }],
  ['contentBlockStart', { contentBlockIndex: 3, start: { toolUse: { toolUseId: 'tu_2', name: 'time' } } }],
  ['contentBlockDelta', { contentBlockIndex: 3, delta: { toolUse: { input: '{}' } } }],
  ['contentBlockStop', { contentBlockIndex: 3 }],
  ['messageStop', { stopReason: 'tool_use' }],
  [
    'metadata',
    {
      usage: { inputTokens: 11, outputTokens: 7, totalTokens: 18, cacheReadInputTokens: 3, cacheWriteInputTokens: 2 },
      metrics: { latencyMs: 5 },
    },
  ],
];

export const streamBytes = (): Buffer => Buffer.concat(STREAM.map(([type, payload]) => eventFrame(type, payload)));

export const ANSWER = {
  metrics: { latencyMs: 9 },
  output: {
    message: {
      role: 'assistant',
      content: [
        { reasoningContent: { reasoningText: { text: 'Hm.', signature: 'c2ln' } } },
        { text: 'Let me look.' },
        { toolUse: { toolUseId: 'tu_1', name: 'weather', input: { city: 'Paris' } } },
      ],
    },
  },
  stopReason: 'tool_use',
  usage: { inputTokens: 11, outputTokens: 7, totalTokens: 18 },
};

export const AWS_KEYS = {
  awsAccessKey: 'AKIDEXAMPLE',
  awsSecretKey: 'wJalrXUtnFEMI/bPxRfiCYEXAMPLEKEY',
  awsRegion: 'us-east-1',
};

export interface SignedRequest {
  readonly method: string;
  readonly host: string;
  readonly path: string;
  readonly date: string | undefined;
  readonly authorization: string | undefined;
  readonly body: Uint8Array;
}

/** The request carries the signature that AWS's signer makes for what arrived. */
export async function isSigned({ method, host, path, date, authorization, body }: SignedRequest): Promise<boolean> {
  const found = /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/.exec(date ?? '');
  if (!found) return false;
  const [year, month, day, hour, minute, second] = found.slice(1).map(Number);
  const signer = new SignatureV4({
    credentials: { accessKeyId: AWS_KEYS.awsAccessKey, secretAccessKey: AWS_KEYS.awsSecretKey },
    region: AWS_KEYS.awsRegion,
    service: 'bedrock',
    sha256: Sha256,
    applyChecksum: false,
  });
  const [own = '', query = ''] = path.split('?');
  const signed = await signer.sign(
    {
      method,
      protocol: 'https:',
      hostname: host,
      path: own,
      query: Object.fromEntries(new URLSearchParams(query)),
      headers: { host },
      body: Buffer.from(body),
    },
    { signingDate: new Date(Date.UTC(year ?? 0, (month ?? 1) - 1, day, hour, minute, second)) },
  );
  return signed.headers.authorization === authorization;
}
