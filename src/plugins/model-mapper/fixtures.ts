import { fixturesOf } from '#plugin-sdk/fixture.ts';

const global = {
  modelMapping: {
    'gpt-4o': 'qwen-max',
    'gpt-*': 'qwen-turbo',
    'text-embedding-*': 'bge "m3"',
    kept: '',
    '*': 'default/é',
  },
};
const json = (body: string, path = '/v1/chat/completions', more: object = {}) => ({
  request: { method: 'POST', path, headers: { 'content-type': 'application/json' }, body },
  global,
  ...more,
});
const gives = (body: string) => ({
  upstream: { body, headers: { 'content-length': String(Buffer.byteLength(body)) } },
});

export const fixtures = fixturesOf([
  {
    name: 'exact name, every other byte kept',
    ...json('{ "a":12345678901234567890,\n"model" :  "gpt-4o" , "z":{"model":"gpt-4o"},"f":1.0 }'),
    ...gives('{ "a":12345678901234567890,\n"model" :  "qwen-max" , "z":{"model":"gpt-4o"},"f":1.0 }'),
  },
  { name: 'prefix', ...json('{"model":"gpt-3.5"}'), ...gives('{"model":"qwen-turbo"}') },
  { name: 'target with quotes', ...json('{"model":"text-embedding-3"}'), ...gives('{"model":"bge \\"m3\\""}') },
  { name: 'any other name', ...json('{"model":"claude"}'), ...gives('{"model":"default/é"}') },
  { name: 'empty target keeps the name', ...json('{"model":"kept"}'), ...gives('{"model":"kept"}') },
  { name: 'no model', ...json('{"messages":[]}'), ...gives('{"messages":[],"model":"default/é"}') },
  { name: 'empty object', ...json(' { } '), ...gives(' {"model":"default/é" } ') },
  { name: 'null', ...json('{"model":null}'), ...gives('{"model":"default/é"}') },
  { name: 'escaped name', ...json('{"m\\u006fdel":"gpt\\u002d4o"}'), ...gives('{"m\\u006fdel":"qwen-max"}') },
  {
    name: 'name that stands twice',
    ...json('{"model":"gpt-4o","model":"gpt-5"}'),
    ...gives('{"model":"qwen-max","model":"qwen-max"}'),
  },
  { name: 'not JSON', ...json('model=gpt-4o'), ...gives('model=gpt-4o') },
  { name: 'broken JSON', ...json('{"model":"gpt-4o"'), ...gives('{"model":"gpt-4o"') },
  { name: 'an array', ...json('[{"model":"gpt-4o"}]'), ...gives('[{"model":"gpt-4o"}]') },
  { name: 'other path', ...json('{"model":"gpt-4o"}', '/v1/files'), ...gives('{"model":"gpt-4o"}') },
  {
    name: 'suffix before the query',
    ...json('{"model":"gpt-4o"}', '/x/v1/rerank?a=/b'),
    ...gives('{"model":"qwen-max"}'),
  },
  ...['image', 'video'].map((kind) => ({
    name: `${kind} synthesis (#2431)`,
    ...json('{"model":"gpt-4o"}', `/api/v1/services/aigc/text2image/${kind}-synthesis`),
    ...gives('{"model":"qwen-max"}'),
  })),
  { name: 'no body', request: { path: '/v1/chat/completions' }, global, upstream: { body: '' } },
  {
    name: 'own suffixes replace the built-in ones',
    ...json('{"model":"gpt-4o"}', '/v1/chat/completions', { global: { ...global, enableOnPathSuffix: ['/mine'] } }),
    ...gives('{"model":"gpt-4o"}'),
  },
  {
    name: 'own key',
    ...json('{"engine":"gpt-4o","model":"gpt-4o"}', '/v1/embeddings', { global: { ...global, modelKey: 'engine' } }),
    ...gives('{"engine":"qwen-max","model":"gpt-4o"}'),
  },
  {
    name: 'nested key',
    ...json('{"a":{"m":"gpt-4o"}}', '/v1/embeddings', { global: { ...global, modelKey: 'a.m' } }),
    ...gives('{"a":{"m":"qwen-max"}}'),
    lowered: false,
  },
  {
    name: 'prefixes in the order of their keys',
    ...json('{"model":"gpt-4o-mini"}', '/v1/embeddings', { global: { modelMapping: { 'gpt-4*': 'b', 'gpt-*': 'a' } } }),
    ...gives('{"model":"a"}'),
  },
  {
    name: 'a long body',
    ...json(`{"messages":[${'{"role":"user","content":"a \\"quoted\\" [x] \\\\"},'.repeat(2000)}{}],"model":"gpt-4o"}`),
    ...gives(
      `{"messages":[${'{"role":"user","content":"a \\"quoted\\" [x] \\\\"},'.repeat(2000)}{}],"model":"qwen-max"}`,
    ),
  },
]);
