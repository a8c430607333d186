import { fixturesOf } from '#plugin-sdk/fixture.ts';

const both = { modelToHeader: 'X-Model', addProviderHeader: 'X-Provider' };
const json = (body: string, global: unknown = both, path = '/v1/chat/completions') => ({
  request: { method: 'POST', path, headers: { 'content-type': 'application/json; charset=utf-8' }, body },
  global,
});
const form = (parts: readonly string[], boundary = 'XYZ') => ({
  request: {
    method: 'POST',
    path: '/v1/images/generations',
    headers: { 'content-type': `multipart/form-data; boundary=${boundary}` },
    body: formBody(parts),
  },
  global: both,
});
const formBody = (parts: readonly string[]) => `${parts.map((part) => `--XYZ\r\n${part}\r\n`).join('')}--XYZ--\r\n`;
const field = (name: string, value: string) => `Content-Disposition: form-data; name="${name}"\r\n\r\n${value}`;
const file =
  'Content-Disposition: form-data; name="image"; filename="a.png"\r\nContent-Type: image/png\r\n\r\n\u0000--XY model';
const sees = (body: string, model: string | null, provider: string | null) => ({
  upstream: { body, headers: { 'x-model': model, 'x-provider': provider } },
});
const auto = {
  ...both,
  autoRouting: {
    enable: true,
    defaultModel: 'small',
    rules: [
      { pattern: '(', model: 'never' },
      { pattern: '(?i)translate', model: 'translator' },
    ],
  },
};
const chat = (text: string) =>
  `{"model":"higress/auto","messages":[{"role":"user","content":${text}},{"role":"assistant","content":"translate"}]}`;

export const fixtures = fixturesOf([
  {
    name: 'provider and model',
    ...json('{"model":"openai/gpt-4o","n":1}'),
    ...sees('{"model":"gpt-4o","n":1}', 'openai/gpt-4o', 'openai'),
    rerouted: true,
  },
  {
    name: 'only the first slash splits',
    ...json('{"model":"openai/org/m"}'),
    ...sees('{"model":"org/m"}', 'openai/org/m', 'openai'),
  },
  { name: 'an escaped slash', ...json('{"model":"openai\\/gpt"}'), ...sees('{"model":"gpt"}', 'openai/gpt', 'openai') },
  {
    name: 'quotes in the rest',
    ...json('{"model":"a/b\\"\\u00e9"}', { addProviderHeader: 'x-provider' }),
    ...sees('{"model":"b\\"é"}', null, 'a'),
  },
  { name: 'no slash', ...json('{"model":"gpt-4o"}'), ...sees('{"model":"gpt-4o"}', 'gpt-4o', null), rerouted: true },
  {
    name: 'model header only',
    ...json('{"model":"openai/gpt"}', { modelToHeader: 'x-model' }),
    ...sees('{"model":"openai/gpt"}', 'openai/gpt', null),
  },
  { name: 'no model', ...json('{"messages":[]}'), ...sees('{"messages":[]}', null, null), rerouted: false },
  { name: 'a model that is no text', ...json('{"model":7}'), ...sees('{"model":7}', null, null) },
  {
    name: 'line ends cannot get into headers',
    ...json('{"model":"a/b\\r\\nx-evil: 1"}'),
    ...sees('{"model":"a/b\\r\\nx-evil: 1"}', null, null),
  },
  { name: 'broken JSON', ...json('{"model":"a/b"'), ...sees('{"model":"a/b"', null, null) },
  { name: 'other path', ...json('{"model":"a/b"}', both, '/v1/files'), ...sees('{"model":"a/b"}', null, null) },
  {
    name: 'every path',
    ...json('{"model":"a/b"}', { ...both, enableOnPathSuffix: ['*'] }, '/x?y'),
    ...sees('{"model":"b"}', 'a/b', 'a'),
  },
  {
    name: 'other content type',
    request: {
      method: 'POST',
      path: '/v1/completions',
      headers: { 'content-type': 'text/plain' },
      body: '{"model":"a/b"}',
    },
    global: both,
    ...sees('{"model":"a/b"}', null, null),
  },
  {
    name: 'form field, other parts byte-identical',
    ...form([file, field('model', 'openai/dall-e'), field('n', '2')]),
    ...sees(formBody([file, field('model', 'dall-e'), field('n', '2')]), 'openai/dall-e', 'openai'),
    rerouted: true,
  },
  {
    name: 'quoted boundary',
    ...form([field('model', 'a/b')], '"XYZ"'),
    ...sees(formBody([field('model', 'b')]), 'a/b', 'a'),
  },
  { name: 'form without the field', ...form([file]), ...sees(formBody([file]), null, null) },
  {
    name: 'wrong boundary',
    ...form([field('model', 'a/b')], 'ABC'),
    ...sees(formBody([field('model', 'a/b')]), null, null),
  },
  {
    name: 'automatic choice',
    ...json(chat('"Please TRANSLATE"'), auto),
    upstream: {
      headers: { 'x-higress-llm-model': 'translator' },
      body: chat('"Please TRANSLATE"').replace('higress/auto', 'translator'),
    },
    rerouted: true,
    lowered: false,
  },
  {
    name: 'automatic choice by the last text part, with the default',
    ...json(chat('[{"type":"text","text":"translate"},{"type":"text","text":"hi"}]'), auto),
    upstream: { headers: { 'x-higress-llm-model': 'small' } },
    lowered: false,
  },
  {
    name: 'nested key',
    ...json('{"a":{"model":"p/m"}}', { ...both, modelKey: 'a.model' }),
    ...sees('{"a":{"model":"m"}}', 'p/m', 'p'),
    lowered: false,
  },
]);
