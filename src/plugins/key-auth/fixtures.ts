import { fixturesOf } from '#plugin-sdk/fixture.ts';

const global = {
  keys: ['X-API-KEY', 'apikey'],
  consumers: [
    { name: 'alice', credential: 'key-of-alice' },
    { name: 'bob', credentials: ['key-of-bob', 'other key+of bob'] },
  ],
};
const headers = { 'www-authenticate': 'Key realm=MSE Gateway', 'content-type': 'text/plain' };
const denied = (details: string, body: string, status = 401) => ({
  status,
  headers,
  body,
  details: `key-auth.${details}`,
});
const asAlice = { upstream: { headers: { 'x-mse-consumer': 'alice' } } };
const asBob = { upstream: { headers: { 'x-mse-consumer': 'bob' } } };
const UNKNOWN = denied('unauthorized', 'the API key is not known');
const NOT_ALLOWED = denied('unauthorized', 'this consumer may not use this route', 403);

export const fixtures = fixturesOf([
  { name: 'key in a header', global, request: { headers: { 'x-api-key': 'key-of-alice' } }, ...asAlice },
  { name: 'key in the query', global, request: { path: '/a?x=1&apikey=key-of-bob' }, ...asBob },
  {
    name: 'key in the query where headers are looked at too',
    global: { ...global, in_header: true, in_query: true },
    request: { path: '/a?apikey=key-of-bob' },
    ...asBob,
  },
  { name: 'encoded key in the query', global, request: { path: '/a?api%6bey=other+key%2Bof%20bob' }, ...asBob },
  {
    name: 'the same key twice',
    global,
    request: { path: '/?apikey=key-of-bob', headers: { 'x-api-key': 'key-of-bob' } },
    ...asBob,
  },
  { name: 'no key', global, reply: denied('no_key', 'the request holds no API key') },
  {
    name: 'an empty key',
    global,
    request: { path: '/?apikey=' },
    reply: denied('no_key', 'the request holds no API key'),
  },
  {
    name: 'different keys',
    global,
    request: { path: '/?apikey=key-of-alice', headers: { 'x-api-key': 'key-of-bob' } },
    reply: denied('multi_key', 'the request holds several different API keys'),
  },
  { name: 'an unknown key', global, request: { headers: { 'x-api-key': 'guess' } }, reply: UNKNOWN },
  {
    name: 'nothing is cut off the value',
    global,
    request: { headers: { 'x-api-key': 'Bearer key-of-alice' } },
    reply: UNKNOWN,
  },
  {
    name: 'names of query parameters have case',
    global,
    request: { path: '/?APIKEY=key-of-bob' },
    reply: denied('no_key', 'the request holds no API key'),
  },
  {
    name: 'the console form for bearer tokens',
    global: {
      keys: ['Authorization'],
      in_header: true,
      in_query: false,
      consumers: [{ name: 'carol', credential: 'Bearer tok' }],
    },
    request: { headers: { authorization: 'Bearer tok' } },
    upstream: { headers: { 'x-mse-consumer': 'carol', authorization: 'Bearer tok' } },
  },
  {
    name: 'a header key does not count in the query',
    global: { ...global, in_query: false },
    request: { path: '/?apikey=key-of-alice' },
    reply: denied('no_key', 'the request holds no API key'),
  },
  {
    name: 'a query key does not count in a header',
    global: { ...global, in_header: false },
    request: { headers: { apikey: 'key-of-alice' } },
    reply: denied('no_key', 'the request holds no API key'),
  },
  {
    name: 'the kept Authorization of the caller comes first',
    global,
    request: { headers: { 'x-hi-original-auth': 'key-of-bob', 'x-api-key': 'of the provider' } },
    ...asBob,
  },
  {
    name: 'a kept Authorization that is no key',
    global,
    request: { headers: { 'x-hi-original-auth': 'Basic x', 'x-api-key': 'key-of-alice' } },
    ...asAlice,
  },
  {
    name: 'a forged consumer is replaced',
    global,
    request: { headers: { 'x-api-key': 'key-of-alice', 'x-mse-consumer': 'root' } },
    ...asAlice,
  },
  {
    name: 'allowed consumer',
    global,
    rule: { allow: ['alice'] },
    hasRules: true,
    request: { headers: { 'x-api-key': 'key-of-alice' } },
    ...asAlice,
  },
  {
    name: 'known but not allowed',
    global,
    rule: { allow: ['alice'] },
    hasRules: true,
    request: { headers: { 'x-api-key': 'key-of-bob' } },
    reply: NOT_ALLOWED,
  },
  {
    name: 'a rule without allow when every request is checked',
    global: { ...global, global_auth: true },
    rule: {},
    hasRules: true,
    request: { headers: { 'x-api-key': 'key-of-bob' } },
    ...asBob,
  },
  {
    name: 'places of one consumer only',
    global: {
      ...global,
      consumers: [...global.consumers, { name: 'dora', credential: 'key-of-dora', keys: ['x-dora'], in_query: false }],
    },
    request: { headers: { 'x-dora': 'key-of-dora' } },
    upstream: { headers: { 'x-mse-consumer': 'dora' } },
  },
  {
    name: 'a key in the place of another consumer',
    global: {
      ...global,
      consumers: [...global.consumers, { name: 'dora', credential: 'key-of-dora', keys: ['x-dora'] }],
    },
    request: { headers: { 'x-api-key': 'key-of-dora' } },
    reply: UNKNOWN,
  },
  {
    name: 'keys without names',
    global: { keys: ['x-api-key'], credentials: ['k1', 'k2'], realm: 'mine' },
    request: { headers: { 'x-api-key': 'k2' } },
    upstream: { headers: { 'x-mse-consumer': null } },
  },
  {
    name: 'realm',
    global: { keys: ['x-api-key'], credentials: ['k1'], realm: 'mine' },
    reply: { ...denied('no_key', 'the request holds no API key'), headers: { 'www-authenticate': 'Key realm=mine' } },
  },
  {
    name: 'long and non-ASCII keys',
    global: { keys: ['k'], consumers: [{ name: 'long', credential: 'ü'.repeat(60) }] },
    request: { path: `/?k=${encodeURIComponent('ü'.repeat(60))}` },
    upstream: { headers: { 'x-mse-consumer': 'long' } },
  },
]);
