/** Every stream of a vendor that the tests have, as the bytes that it sends: those of the fixture folders, of the wire table and of the vendors' own tests. */
import { globSync, readFileSync } from 'node:fs';
import { basename, resolve } from 'node:path';
import { AWS_KEYS, eventFrame, exceptionFrame, streamBytes } from './bedrock.ts';
import * as cohere from './cohere.ts';
import { PROVIDER_CASES } from './provider-cases.ts';
import { COMPATIBLE_ROWS, nameOf } from './provider-rows.ts';
import { sseOf, TRANSLATED_STREAMS } from './translated-streams.ts';

export interface VendorStream {
  readonly name: string;
  /** Members of the provider's configuration. */
  readonly provider: object;
  /** What the client asks; none: a chat, of OpenAI and of Anthropic. */
  readonly request?: { readonly path: string; readonly body: string };
  /** Members of the chat beside model, messages and stream. */
  readonly asked?: object;
  readonly contentType: string;
  readonly bytes: Buffer;
}

const PROVIDERS = resolve(import.meta.dirname, '../../src/ai/providers');
const SSE = 'text/event-stream';
const NEWLINES = { LF: '\n', 'CR LF': '\r\n', CR: '\r' } as const;

/** `src/ai/providers/VENDOR/fixtures/NAME.stream.jsonl`: a line an event, in all ways that an event stream may end its lines. */
function fixtureStreams(): readonly VendorStream[] {
  return globSync('*/fixtures/*.stream.jsonl', { cwd: PROVIDERS })
    .sort()
    .flatMap((path) => {
      const type = path.split('/')[0] ?? '';
      const lines = readFileSync(resolve(PROVIDERS, path), 'utf8').trim().split('\n');
      return Object.entries(NEWLINES).map(([ends, newline]) => ({
        name: `${type}: ${basename(path, '.stream.jsonl')}, ${ends}`,
        provider: { type },
        contentType: SSE,
        bytes: Buffer.from(lines.map((line) => eventOf(line, newline)).join('')),
      }));
    });
}

function eventOf(line: string, newline: string): string {
  const { type } = JSON.parse(line) as { type?: string };
  return `${type === undefined ? '' : `event: ${type}${newline}`}data: ${line}${newline}${newline}`;
}

/** Answers of the wire table that are streams. The types that speak OpenAI's language are entries of one table and share all code: one of them is taken. */
function tableStreams(): readonly VendorStream[] {
  const seen = new Set<string>();
  return PROVIDER_CASES.flatMap(({ name, row, step: { path, body, answer } }) => {
    const contentType = answer?.headers['content-type'] ?? '';
    if (answer === undefined || !/stream/.test(contentType)) return [];
    const bytes = Buffer.concat(answer.parts.map((part) => Buffer.from(part)));
    const key = [COMPATIBLE_ROWS.includes(row) ? '' : nameOf(row), path, bytes.toString('base64')].join(' ');
    if (seen.has(key)) return [];
    seen.add(key);
    const request = { path, body: typeof body === 'string' ? body : JSON.stringify(body) };
    const provider = { type: row.type, modelMapping: { asked: 'mapped' }, ...row.settings };
    return [{ name: `on the wire: ${name}`, provider, request, contentType, bytes }];
  });
}

const BEDROCK = {
  name: 'bedrock',
  provider: { type: 'bedrock', ...AWS_KEYS },
  contentType: 'application/vnd.amazon.eventstream',
};

export const VENDOR_STREAMS: readonly VendorStream[] = [
  ...fixtureStreams(),
  ...TRANSLATED_STREAMS.map(({ name, provider, asked, events }) => ({
    name,
    provider,
    ...(asked === undefined ? {} : { asked }),
    contentType: SSE,
    bytes: Buffer.from(sseOf(events)),
  })),
  ...cohere.FORMS.flatMap(([contentType, write]) =>
    [cohere.STREAM, cohere.TOOL_STREAM].map((events, index) => ({
      name: `cohere: ${index === 0 ? 'text' : 'tools'}, ${contentType}`,
      provider: { type: 'cohere' },
      contentType,
      bytes: Buffer.from(write(events)),
    })),
  ),
  { ...BEDROCK, bytes: streamBytes() },
  {
    ...BEDROCK,
    name: 'bedrock: exception',
    bytes: Buffer.concat([
      eventFrame('contentBlockDelta', { contentBlockIndex: 0, delta: { text: 'Zürich' } }),
      exceptionFrame('throttlingException', 'slow down'),
    ]),
  },
  ...tableStreams(),
];
