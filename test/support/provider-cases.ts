/** Every provider type x API x {unary, stream} as a step over the wire. */
import { expect } from '@jest/globals';
import { API_PATHS, type ApiName } from '#ai/api.ts';
import {
  CHAT,
  COMPATIBLE_ROWS,
  filled,
  MESSAGES,
  nameOf,
  OTHER_ROWS,
  PASSING_ROWS,
  type ProviderRow,
} from './provider-rows.ts';
import { ANSWERS, events, type LanguageAnswers, SAID, USAGE, type VendorAnswer, whole } from './vendor-answers.ts';
import type { Chunk, Step } from './wire-table.ts';

export interface ProviderCase {
  /** `TYPE: API, unary` or `TYPE: API, stream`. */
  readonly name: string;
  readonly row: ProviderRow;
  readonly step: Step;
}

export const PROVIDER_ROWS = [...OTHER_ROWS, ...COMPATIBLE_ROWS, ...PASSING_ROWS];

const GET =
  /^openai\/v1\/(models|retrieve.*|fine-tuningjobsevents|fine-tuningjobcheckpoints|realtime)$|^qwen\/v1\/tasks$/;
const DELETE = 'openai/v1/deletefine-tuningjobcheckpointpermission';
const BODILESS = /^openai\/v1\/(cancelbatch|(cancel|pause|resume)fine-tuningjob)$/;
const FORM = /^openai\/v1\/(imageedit|imagevariation|audiotranscription|audiotranslation|files)$/;
const STREAMS = new Set<string>(['openai/v1/completions', 'openai/v1/responses', 'anthropic/v1/complete']);

/** Forms whose model is mapped; others pass byte for byte. */
const MAPPED_FORM = /^openai\/v1\/image/;

const form = (model: string) =>
  `--x\r\nContent-Disposition: form-data; name="model"\r\n\r\n${model}\r\n--x\r\nContent-Disposition: form-data; name="file"; filename="a"\r\n\r\n\u0000\r\n--x--\r\n`;

const passed = whole({ id: 'x-1', object: 'answer', odd: [1e2, null] });
const passedEvents = events({ type: 'own.event', delta: 'Zürich ' }, { type: 'own.event', delta: '🌧' }, '[DONE]');
const question = { model: 'asked', messages: [{ role: 'user', content: 'q' }] };

/** What an API passes on unchanged comes back unchanged. */
function passing(row: ProviderRow, api: string, path: string, stream: boolean): Step {
  const answer = stream ? passedEvents : passed;
  const common = { answer, client: { text: answer.parts.join('') } };
  const upstream = { path, host: row.host, headers: authOf(row) };
  const asked = filled((API_PATHS as Record<string, string>)[api] ?? path);
  if (GET.test(api)) return { path: asked, ...common, upstream: { ...upstream, method: 'GET', text: '' } };
  if (api === DELETE) return { method: 'DELETE', path: asked, ...common, upstream: { ...upstream, method: 'DELETE' } };
  if (BODILESS.test(api)) return { method: 'POST', path: asked, ...common, upstream: { ...upstream, text: '' } };
  if (FORM.test(api)) {
    const mapped = MAPPED_FORM.test(api) && row.type !== 'azure';
    return {
      path: asked,
      headers: { 'content-type': 'multipart/form-data; boundary=x' },
      body: form('asked'),
      ...common,
      upstream: { ...upstream, method: 'POST', text: form(mapped ? 'mapped' : 'asked') },
    };
  }
  const body = { model: 'asked', input: 'q', ...(stream ? { stream } : {}) };
  return {
    path: asked,
    body,
    ...common,
    upstream: { ...upstream, method: 'POST', json: { ...body, model: mapsModel(row, api) ? 'mapped' : 'asked' } },
  };
}

/** Bodies of OpenAI's APIs that hold no model pass byte for byte. */
function mapsModel({ type }: ProviderRow, api: string): boolean {
  const whole = type === 'openai' || type === 'azure';
  return !(whole && /^openai\/v1\/(batches|fine-tuningjobcheckpointpermissions)$/.test(api));
}

function authOf(row: ProviderRow): Readonly<Record<string, unknown>> {
  const { authorization, ...others } = row.auth ?? { authorization: 'Bearer client' };
  return { ...others, ...(authorization === undefined ? {} : { authorization }) };
}

function chat(row: ProviderRow, path: string, stream: boolean): Step {
  const { language } = row;
  const answers: LanguageAnswers = ANSWERS[language ?? 'openai'];
  const answer = stream ? answers.stream : answers.whole;
  const body = { ...question, ...(stream ? { stream } : {}), ...(row.type === 'deepl' ? { model: 'asked' } : {}) };
  const usage = answers.uncounted ? null : USAGE;
  return {
    path: API_PATHS[CHAT as 'openai/v1/chatcompletions'],
    body,
    ...(answer ? { answer } : {}),
    upstream: {
      method: 'POST',
      path,
      host: row.host,
      headers: authOf(row),
      ...(language === undefined ? { json: { ...body, model: 'mapped', ...(stream ? STREAM_OPTIONS : {}) } } : {}),
    },
    ...(stream
      ? { chunks: (chunks) => says(chunks, usage) }
      : {
          client: {
            json: {
              object: 'chat.completion',
              choices: [{ message: { content: SAID }, finish_reason: 'stop' }],
              usage,
            },
          },
        }),
  };
}

const STREAM_OPTIONS = { stream_options: { include_usage: true } };

function says(chunks: readonly Chunk[], usage: object | null): void {
  const choices = chunks.flatMap((chunk) => chunk.choices);
  expect(choices.map(({ delta }) => delta?.content ?? '').join('')).toBe(SAID);
  expect(choices.flatMap(({ finish_reason }) => finish_reason ?? [])).toEqual(['stop']);
  expect(chunks.flatMap((chunk) => chunk.usage ?? [])).toEqual(usage ? [usage] : []);
}

/** Anthropic's Messages API for a vendor that does not speak it. */
function messages(row: ProviderRow, path: string, stream: boolean): Step {
  const step = chat(row, path, stream);
  const { chunks: _chunks, client: _client, upstream, ...rest } = step;
  const { json: _json, ...seen } = upstream ?? {};
  return {
    ...rest,
    path: API_PATHS[MESSAGES as 'anthropic/v1/messages'],
    body: { ...question, max_tokens: 9, ...(stream ? { stream } : {}) },
    upstream: seen,
    ...(stream
      ? { check: (_request, { body }) => saysAsAnthropic(body) }
      : {
          client: { json: { type: 'message', content: [{ type: 'text', text: SAID }], stop_reason: 'end_turn' } },
        }),
  };
}

function saysAsAnthropic(text: string): void {
  const all = text
    .split('\n')
    .filter((line) => line.startsWith('data: '))
    .map((line) => JSON.parse(line.slice('data: '.length)));
  const types = all.map(({ type }) => type);
  expect([types[0], types.at(-2), types.at(-1)]).toEqual(['message_start', 'message_delta', 'message_stop']);
  expect(all.map(({ delta }) => delta?.text ?? '').join('')).toBe(SAID);
  expect(all.at(-2)?.delta).toMatchObject({ stop_reason: 'end_turn' });
}

function casesOf(row: ProviderRow): readonly ProviderCase[] {
  const own = Object.entries(row.apis) as [ApiName, string | readonly [string, string]][];
  const chatPath = row.apis[CHAT];
  const front =
    chatPath !== undefined && row.apis[MESSAGES] === undefined ? ([[MESSAGES, chatPath]] as typeof own) : [];
  return [...own, ...front].flatMap(([api, paths]) =>
    [false, true]
      .filter((stream) => !stream || streams(row, api))
      .map((stream) => {
        const path = typeof paths === 'string' ? paths : (paths[stream ? 1 : 0] ?? '');
        const named = api === MESSAGES && front.length > 0 ? CHAT : api;
        const place = filled(path === '=' ? ((API_PATHS as Record<string, string>)[named] ?? '') : path);
        const make = api === CHAT ? chat : named === CHAT ? messages : undefined;
        const step = make ? make(row, place, stream) : passing(row, api, place, stream);
        return { name: `${nameOf(row)}: ${api}, ${stream ? 'stream' : 'unary'}`, row, step };
      }),
  );
}

function streams(row: ProviderRow, api: ApiName): boolean {
  if (api === CHAT || api === MESSAGES) return 'stream' in ANSWERS[row.language ?? 'openai'];
  return STREAMS.has(api);
}

/** APIs that are translated, or that only one vendor has. */
function more(row: string, api: string, step: Step, mode = 'unary'): ProviderCase {
  const found = PROVIDER_ROWS.find((one) => nameOf(one) === row);
  if (!found) throw new Error(`no row ${row}`);
  const upstream = { host: found.host, headers: authOf(found), ...step.upstream };
  return { name: `${row}: ${api}, ${mode}`, row: found, step: { ...step, upstream } };
}

const vectors = { object: 'list', data: [{ object: 'embedding', index: 0, embedding: [0.5, 1] }] };
const pictures = { data: [{ b64_json: 'AQ==' }] };
const embed = { path: '/v1/embeddings', body: { model: 'asked', input: 'q', encoding_format: 'float' } };
const draw = { path: '/v1/images/generations', body: { model: 'asked', prompt: 'a cat' } };
const rerank = { path: '/v1/rerank', body: { model: 'asked', query: 'q', documents: ['a', 'b'] } };
const inlineData = { mimeType: 'image/png', data: 'AQ==' };
const drawn = whole({ candidates: [{ content: { parts: [{ inlineData }] } }] });
const picture = (fields: Readonly<Record<string, string>>) =>
  [
    ...Object.entries(fields).map(
      ([key, value]) => `--x\r\nContent-Disposition: form-data; name="${key}"\r\n\r\n${value}`,
    ),
    '--x\r\nContent-Disposition: form-data; name="image"; filename="a.gif"\r\nContent-Type: image/gif\r\n\r\nGIF89a',
    '--x--\r\n',
  ].join('\r\n');
const pictureForm = { 'content-type': 'multipart/form-data; boundary=x' };
const echoed = (answer: VendorAnswer) => ({ answer, client: { text: answer.parts.join('') } });

const MORE: readonly ProviderCase[] = [
  more('gemini', 'openai/v1/embeddings', {
    ...embed,
    answer: whole({ embeddings: [{ values: [0.5, 1] }] }),
    upstream: { path: '/v1beta/models/mapped:batchEmbedContents' },
    client: { json: vectors },
  }),
  more('gemini', 'openai/v1/imagegeneration', {
    ...draw,
    answer: whole({ predictions: [{ bytesBase64Encoded: 'AQ==', mimeType: 'image/png' }] }),
    upstream: { path: '/v1beta/models/mapped:predict' },
    client: { json: pictures },
  }),
  more('gemini', 'openai/v1/models', {
    path: '/v1/models',
    answer: whole({ models: [{ name: 'models/gemini-x' }] }),
    upstream: { method: 'GET', path: '/v1beta/models' },
  }),
  more('gemini', 'gemini/v1beta/generatecontent', {
    path: '/v1beta/models/asked:generateContent',
    body: { contents: [{ role: 'user', parts: [{ text: 'q' }] }] },
    ...echoed(ANSWERS.gemini.whole),
    upstream: { path: '/v1beta/models/mapped:generateContent' },
  }),
  more(
    'gemini',
    'gemini/v1beta/streamgeneratecontent',
    {
      path: '/v1beta/models/asked:streamGenerateContent?alt=sse',
      body: { contents: [{ role: 'user', parts: [{ text: 'q' }] }] },
      ...echoed(ANSWERS.gemini.stream),
      upstream: { path: '/v1beta/models/mapped:streamGenerateContent?alt=sse' },
    },
    'stream',
  ),
  more('vertex, express mode', 'openai/v1/embeddings', {
    ...embed,
    answer: whole({ predictions: [{ embeddings: { values: [0.5, 1], statistics: { token_count: 2 } } }] }),
    upstream: { path: '/v1/publishers/google/models/mapped:predict?key=sk-vendor' },
    client: { json: vectors },
  }),
  more('vertex, express mode', 'openai/v1/imagegeneration', {
    ...draw,
    answer: drawn,
    upstream: { path: '/v1/publishers/google/models/mapped:generateContent?key=sk-vendor' },
    client: { json: pictures },
  }),
  more('vertex, express mode', 'openai/v1/imageedit', {
    path: '/v1/images/edits',
    headers: pictureForm,
    body: picture({ model: 'asked', prompt: 'p' }),
    answer: drawn,
    upstream: {
      path: '/v1/publishers/google/models/mapped:generateContent?key=sk-vendor',
      json: { contents: [{ parts: [{ inlineData: { mimeType: 'image/gif' } }, { text: 'p' }] }] },
    },
    client: { json: pictures },
  }),
  more('vertex, express mode', 'openai/v1/imagevariation', {
    path: '/v1/images/variations',
    headers: pictureForm,
    body: picture({ model: 'asked' }),
    answer: drawn,
    upstream: { path: '/v1/publishers/google/models/mapped:generateContent?key=sk-vendor' },
    client: { json: pictures },
  }),
  more('vertex, express mode', 'vertex/raw', {
    path: '/v1/projects/p/locations/l/publishers/google/models/m:predict',
    body: { instances: [] },
    ...echoed(passed),
    upstream: {
      path: '/v1/projects/p/locations/l/publishers/google/models/m:predict?key=sk-vendor',
      text: '{"instances":[]}',
    },
  }),
  more('qwen, native interface', 'openai/v1/embeddings', {
    ...embed,
    answer: whole({ output: { embeddings: [{ text_index: 0, embedding: [0.5, 1] }] }, usage: { total_tokens: 2 } }),
    upstream: { path: '/api/v1/services/embeddings/text-embedding/text-embedding', json: { model: 'mapped' } },
    client: { json: vectors },
  }),
  ...(['cohere/v1/rerank', 'qwen/v1/rerank'] as const).map((api) =>
    more('qwen, native interface', api, {
      ...rerank,
      path: API_PATHS[api],
      answer: whole({ output: { results: [{ index: 1, relevance_score: 0.9 }] }, request_id: 'r' }),
      upstream: { path: '/api/v1/services/rerank/text-rerank/text-rerank', json: { model: 'mapped' } },
      client: { json: { results: [{ index: 1, relevance_score: 0.9 }] } },
    }),
  ),
  ...['qwen', 'qwen, native interface'].flatMap((row) => [
    more(row, 'qwen/v1/services/aigc', {
      path: '/api/v1/services/aigc/text2image/image-synthesis',
      headers: { 'x-dashscope-async': 'enable' },
      body: { model: 'own', input: {} },
      ...echoed(passed),
      upstream: { path: '/api/v1/services/aigc/text2image/image-synthesis', json: { model: 'own', input: {} } },
    }),
    more(row, 'qwen/v1/tasks', {
      path: '/api/v1/tasks/t-1',
      ...echoed(passed),
      upstream: { method: 'GET', path: '/api/v1/tasks/t-1' },
    }),
  ]),
  more('bedrock', 'openai/v1/imagegeneration', {
    ...draw,
    answer: whole({ images: ['AQ=='] }),
    upstream: { path: '/model/mapped/invoke', json: { taskType: 'TEXT_IMAGE' } },
    client: { json: pictures },
  }),
  more('cohere', 'cohere/v1/rerank', {
    ...rerank,
    ...echoed(passed),
    upstream: { path: '/v1/rerank', json: { ...rerank.body, model: 'mapped' } },
  }),
  ...PASSING_ROWS.flatMap((row) =>
    [false, true].map((stream) => {
      const body = { model: 'asked', ...(stream ? { stream } : {}) };
      const step = { path: '/v3/chat?a=b', body, ...echoed(stream ? passedEvents : passed) };
      const upstream = { path: '/v3/chat?a=b', text: JSON.stringify(body) };
      return more(nameOf(row), 'any path', { ...step, upstream }, stream ? 'stream' : 'unary');
    }),
  ),
];

export const PROVIDER_CASES: readonly ProviderCase[] = [...PROVIDER_ROWS.flatMap(casesOf), ...MORE];
