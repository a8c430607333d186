import { type Fixture, fixturesOf } from '#plugin-sdk/fixture.ts';

const req = (...reqRules: unknown[]) => ({ global: { reqRules } });
const resp = (...respRules: unknown[]) => ({ global: { respRules } });
const get = (headers: Record<string, string>, path = '/a') => ({ request: { path, headers } });
const post = (type: string, body: string) => ({
  request: { method: 'POST', path: '/a', headers: { 'content-type': type }, body },
});
const headers = (seen: Record<string, string | null>) => ({ upstream: { headers: seen } });
const answer = (given: Record<string, string | readonly string[]>, body?: string) => ({
  answer: { headers: given, ...(body === undefined ? {} : { body }) },
});
const JSON_TYPE = 'application/json';

const native = fixturesOf([
  {
    name: 'remove',
    ...req({ operate: 'remove', headers: [{ key: 'X-Gone' }] }),
    ...get({ 'x-gone': '1' }),
    ...headers({ 'x-gone': null }),
    rerouted: true,
  },
  {
    name: 'rename',
    ...req({ operate: 'rename', headers: [{ oldKey: 'X-Old', newKey: 'X-New' }] }),
    ...get({ 'x-old': '1', 'x-new': '2' }),
    ...headers({ 'x-old': null, 'x-new': '1' }),
  },
  {
    name: 'rename of nothing',
    ...req({ operate: 'rename', headers: [{ oldKey: 'X-Old', newKey: 'X-New' }] }),
    ...get({ 'x-new': '2' }),
    ...headers({ 'x-new': '2' }),
    rerouted: false,
  },
  {
    name: 'replace',
    ...req({
      operate: 'replace',
      headers: [
        { key: 'x-a', newValue: 'n' },
        { key: 'x-b', newValue: 'n' },
      ],
    }),
    ...get({ 'x-a': '1' }),
    ...headers({ 'x-a': 'n', 'x-b': null }),
  },
  {
    name: 'replace the host',
    global: { reroute: false, reqRules: [{ operate: 'replace', headers: [{ key: 'Host', newValue: 'other.test' }] }] },
    ...get({}),
    upstream: { authority: 'other.test' },
  },
  {
    name: 'add',
    ...req({
      operate: 'add',
      headers: [
        { key: 'x-a', value: 'n' },
        { key: 'x-b', value: 'n' },
      ],
    }),
    ...get({ 'x-a': '1' }),
    ...headers({ 'x-a': '1', 'x-b': 'n' }),
  },
  {
    name: 'append',
    ...req({
      operate: 'append',
      headers: [
        { key: 'x-a', appendValue: 'n' },
        { key: 'x-b', appendValue: 'n' },
      ],
    }),
    ...get({ 'x-a': '1' }),
    ...headers({ 'x-a': '1,n', 'x-b': 'n' }),
  },
  {
    name: 'append twice',
    ...req({
      operate: 'append',
      headers: [
        { key: 'x-a', appendValue: 'n' },
        { key: 'x-a', appendValue: 'm' },
      ],
    }),
    ...get({ 'x-a': '1' }),
    ...headers({ 'x-a': '1,n,m' }),
  },
  {
    name: 'map',
    ...req({
      operate: 'map',
      headers: [
        { fromKey: 'x-a', toKey: 'x-b' },
        { fromKey: 'x-none', toKey: 'x-a' },
      ],
    }),
    ...get({ 'x-a': '1', 'x-b': '2' }),
    ...headers({ 'x-a': '1', 'x-b': '1' }),
  },
  {
    name: 'the path into a header',
    ...req({ operate: 'map', headers: [{ fromKey: ':path', toKey: 'x-path' }] }),
    ...get({}),
    ...headers({ 'x-path': '/a' }),
  },
  {
    name: 'rules in order',
    ...req(
      { operate: 'rename', headers: [{ oldKey: 'x-a', newKey: 'x-b' }] },
      { operate: 'append', headers: [{ key: 'x-b', appendValue: 'z' }] },
      { operate: 'dedupe', headers: [{ key: 'x-b', strategy: 'RETAIN_LAST' }] },
    ),
    ...get({ 'x-a': '1' }),
    ...headers({ 'x-a': null, 'x-b': 'z' }),
  },
  {
    name: 'no re-route when switched off',
    global: { reroute: false, reqRules: [{ operate: 'add', headers: [{ key: 'x-b', value: 'n' }] }] },
    ...get({}),
    ...headers({ 'x-b': 'n' }),
    rerouted: false,
  },
  {
    name: 'response: remove, add, replace',
    ...resp(
      { operate: 'remove', headers: [{ key: 'x-a' }] },
      { operate: 'add', headers: [{ key: 'x-b', value: 'n' }] },
      { operate: 'replace', headers: [{ key: 'x-c', newValue: 'r' }] },
    ),
    ...answer({ 'x-a': '1', 'x-c': '3' }),
    response: { headers: { 'x-a': null, 'x-b': 'n', 'x-c': 'r' } },
  },
  ...(['RETAIN_UNIQUE', 'RETAIN_LAST', 'RETAIN_FIRST', undefined] as const).map((strategy) => ({
    name: `response: dedupe ${strategy ?? 'by default'}`,
    ...resp({ operate: 'dedupe', headers: [{ key: 'x-a', ...(strategy ? { strategy } : {}) }] }),
    ...answer({ 'x-a': ['1', '2', '1'] }),
    response: {
      headers: { 'x-a': { RETAIN_UNIQUE: '1,2', RETAIN_LAST: '1', RETAIN_FIRST: '1' }[strategy ?? 'RETAIN_FIRST'] },
    },
  })),
  {
    name: 'response: rename and map',
    ...resp(
      { operate: 'rename', headers: [{ oldKey: 'x-a', newKey: 'x-b' }] },
      { operate: 'map', headers: [{ fromKey: 'x-b', toKey: 'x-c' }] },
    ),
    ...answer({ 'x-a': ['1', '2'] }),
    response: { headers: { 'x-a': null, 'x-b': '1,2', 'x-c': '1,2' } },
  },
]);

const MULTI =
  '--B\r\nContent-Disposition: form-data; name="a"\r\n\r\n1\r\n--B\r\nContent-Disposition: form-data; name="f"; filename="x.bin"\r\n\r\n\u0001\r\n--B--\r\n';

const hooked = fixturesOf(
  [
    {
      name: 'host pattern',
      ...req({ operate: 'add', headers: [{ key: 'x-h', value: '$1-x', host_pattern: '^(\\w+)\\.' }] }),
      ...get({}),
      ...headers({ 'x-h': 'example-x' }),
    },
    {
      name: 'path pattern that does not match',
      ...req({ operate: 'add', headers: [{ key: 'x-h', value: '$1', path_pattern: '^/b/(.*)' }] }),
      ...get({}),
      ...headers({ 'x-h': null }),
    },
    {
      name: 'host before path',
      ...req({ operate: 'add', headers: [{ key: 'x-h', value: '$0', host_pattern: 'exam', path_pattern: 'a' }] }),
      ...get({}),
      ...headers({ 'x-h': 'exam' }),
    },
    {
      name: 'query',
      ...req(
        { operate: 'remove', querys: [{ key: 'k1' }] },
        { operate: 'rename', querys: [{ oldKey: 'k2', newKey: 'k 2' }] },
        { operate: 'replace', querys: [{ key: 'k3', newValue: 'r&' }] },
        { operate: 'add', querys: [{ key: 'k4', value: 'v' }] },
        { operate: 'append', querys: [{ key: 'k5', appendValue: '2' }] },
        { operate: 'dedupe', querys: [{ key: 'k6', strategy: 'RETAIN_FIRST' }] },
      ),
      ...get({}, '/a?k1=1&k2=2&k3=3&k5=1&k6=a&k6=b&raw=%20~'),
      upstream: { path: '/a?k3=r%26&k5=1&k5=2&k6=a&raw=%20~&k+2=2&k4=v' },
    },
    {
      name: 'the last parameter goes',
      ...req({ operate: 'remove', querys: [{ key: 'k' }] }),
      ...get({}, '/a?k=1'),
      upstream: { path: '/a' },
    },
    {
      name: 'query untouched when nothing applies',
      ...req({ operate: 'remove', querys: [{ key: 'k' }] }),
      ...get({}, '/a?x=%41&&y'),
      upstream: { path: '/a?x=%41&&y' },
      rerouted: false,
    },
    {
      name: 'header into the query',
      ...req({ operate: 'map', mapSource: 'headers', querys: [{ fromKey: 'x-user', toKey: 'u' }] }),
      ...get({ 'x-user': 'a b' }),
      upstream: { path: '/a?u=a+b' },
    },
    {
      name: 'body member into a header',
      ...req({ operate: 'map', mapSource: 'body', headers: [{ fromKey: 'user.id', toKey: 'x-user' }] }),
      ...post(JSON_TYPE, '{"user":{"id":12}}'),
      upstream: { headers: { 'x-user': '12' }, body: '{"user":{"id":12}}' },
      rerouted: true,
    },
    {
      name: 'body member with a line end',
      ...req({ operate: 'map', mapSource: 'body', headers: [{ fromKey: 'u', toKey: 'x-user' }] }),
      ...post(JSON_TYPE, '{"u":"a\\nb"}'),
      ...headers({ 'x-user': null }),
    },
    {
      name: 'JSON body',
      ...req(
        { operate: 'remove', body: [{ key: 'a1' }] },
        { operate: 'rename', body: [{ oldKey: 'a2.b', newKey: 'n2' }] },
        { operate: 'replace', body: [{ key: 'a3', newValue: '7', value_type: 'number' }] },
        {
          operate: 'add',
          body: [
            { key: 'a4', value: '{"o":true}', value_type: 'object' },
            { key: 'x.y', value: 'true', value_type: 'boolean' },
          ],
        },
        {
          operate: 'append',
          body: [
            { key: 'l', appendValue: 'z' },
            { key: 's', appendValue: 'z' },
          ],
        },
        { operate: 'map', body: [{ fromKey: 'l.0', toKey: 'f' }] },
        {
          operate: 'dedupe',
          body: [
            { key: 'd', strategy: 'RETAIN_UNIQUE' },
            { key: 'e', strategy: 'RETAIN_LAST' },
          ],
        },
      ),
      ...post(
        JSON_TYPE,
        '{"a1":1,"a2":{"b":"c"},"a3":"x","big":12345678901234567890,"l":[9007199254740993],"s":"t","d":[1,1,2],"e":["p","q"],"dot.ted":1}',
      ),
      upstream: {
        body: '{"a2":{},"a3":7,"big":12345678901234567890,"l":[9007199254740993,"z"],"s":["t","z"],"d":[1,2],"e":"q","dot.ted":1,"n2":"c","a4":{"o":true},"x":{"y":true},"f":9007199254740993}',
      },
    },
    {
      name: 'escaped dots',
      ...req({ operate: 'remove', body: [{ key: 'dot\\.ted' }] }),
      ...post(JSON_TYPE, '{"dot.ted":1,"b":2}'),
      upstream: { body: '{"b":2}' },
    },
    {
      name: 'not JSON: header rules still run',
      ...req({ operate: 'remove', body: [{ key: 'a' }], headers: [{ key: 'x-a' }] }),
      request: { method: 'POST', path: '/', headers: { 'content-type': JSON_TYPE, 'x-a': '1' }, body: '{"a":' },
      upstream: { body: '{"a":', headers: { 'x-a': null } },
    },
    {
      name: 'no body: header rules still run',
      ...req({ operate: 'remove', body: [{ key: 'a' }], headers: [{ key: 'x-a' }] }),
      ...get({ 'x-a': '1' }),
      ...headers({ 'x-a': null }),
    },
    {
      name: 'other content type',
      ...req({ operate: 'add', body: [{ key: 'a', value: 'b' }] }),
      ...post('text/plain', '{}'),
      upstream: { body: '{}' },
    },
    {
      name: 'form body',
      ...req({ operate: 'add', body: [{ key: 'n', value: 'ü' }] }, { operate: 'remove', body: [{ key: 'a' }] }),
      ...post('application/x-www-form-urlencoded', 'a=1&b=%41'),
      upstream: { body: 'b=%41&n=%C3%BC' },
    },
    {
      name: 'multipart body, files kept',
      ...req(
        { operate: 'rename', body: [{ oldKey: 'a', newKey: 'b' }] },
        { operate: 'add', body: [{ key: 'c', value: '3' }] },
      ),
      ...post('multipart/form-data; boundary=B', MULTI),
      upstream: {
        body: '--B\r\nContent-Disposition: form-data; name="f"; filename="x.bin"\r\n\r\n\u0001\r\n--B\r\nContent-Disposition: form-data; name="b"\r\n\r\n1\r\n--B\r\nContent-Disposition: form-data; name="c"\r\n\r\n3\r\n--B--\r\n',
      },
    },
    {
      name: 'response body',
      ...resp(
        { operate: 'add', body: [{ key: 'n', value: '1', value_type: 'number' }] },
        { operate: 'map', mapSource: 'body', headers: [{ fromKey: 'id', toKey: 'x-id' }] },
      ),
      ...answer({ 'content-type': JSON_TYPE }, '{"id":"i"}'),
      upstream: { headers: { 'accept-encoding': null } },
      response: { headers: { 'x-id': 'i' }, body: '{"id":"i","n":1}' },
    },
    {
      name: 'response that is not JSON',
      ...resp({ operate: 'add', body: [{ key: 'n', value: '1' }], headers: [{ key: 'x-n', value: '1' }] }),
      ...answer({ 'content-type': 'text/plain' }, 'hi'),
      response: { headers: { 'x-n': '1' }, body: 'hi' },
    },
  ],
  false,
);

export const fixtures: readonly Fixture[] = [...native, ...hooked];
