import { fixturesOf } from '#plugin-sdk/fixture.ts';

const blocked = (details: string, more: object = {}) => ({
  reply: { status: 403, body: '', details: `request-block.${details}`, ...more },
});
const get = (path: string, headers: Record<string, string> = {}) => ({ request: { path, headers } });
const post = (body: string) => ({ request: { method: 'POST', path: '/', body } });
const passes = { upstream: {} };

export const fixtures = fixturesOf([
  {
    name: 'part of the path',
    global: { block_urls: ['swagger.html'] },
    ...get('/x/swagger.html?a=b'),
    ...blocked('url_blocked.keyword'),
  },
  {
    name: 'part of the query',
    global: { block_urls: ['foo=bar'] },
    ...get('/x?foo=bar'),
    ...blocked('url_blocked.keyword'),
  },
  { name: 'pattern characters are plain', global: { block_urls: ['a.b', '%d+'] }, ...get('/axb1'), ...passes },
  {
    name: 'exact URL',
    global: { block_exact_urls: ['/Index.html?a=b'] },
    ...get('/Index.html?a=b'),
    ...blocked('url_blocked.exact'),
  },
  {
    name: 'more than the exact URL',
    global: { block_exact_urls: ['/index.html'] },
    ...get('/index.html?a=b'),
    ...passes,
  },
  {
    name: 'exact before keyword',
    global: { block_exact_urls: ['/a'], block_urls: ['a'] },
    ...get('/a'),
    ...blocked('url_blocked.exact'),
  },
  {
    name: 'regular expression without other lists',
    global: { block_regexp_urls: ['\\.(html|php)$'] },
    ...get('/x/a.php'),
    ...blocked('url_blocked.regexp'),
    lowered: false,
  },
  {
    name: 'regular expression and case',
    global: { block_regexp_urls: ['a[0-9]'], case_sensitive: false },
    ...get('/A1'),
    ...blocked('url_blocked.regexp'),
    lowered: false,
  },
  { name: 'case counts by default', global: { block_urls: ['SWAGGER'] }, ...get('/swagger'), ...passes },
  {
    name: 'case does not count',
    global: { block_urls: ['SWAGGER'], case_sensitive: false },
    ...get('/Swagger'),
    ...blocked('url_blocked.keyword'),
  },
  {
    name: 'header value',
    global: { block_headers: ['example-value'] },
    ...get('/', { 'x-a': 'an example-value' }),
    ...blocked('body_blocked'),
  },
  {
    name: 'header name and value',
    global: { block_headers: ['x-a\nbad'] },
    ...get('/', { 'x-a': 'bad' }),
    ...blocked('body_blocked'),
  },
  { name: 'other headers', global: { block_headers: ['x-a\nbad'] }, ...get('/', { 'x-b': 'bad' }), ...passes },
  { name: 'body', global: { block_bodies: ['hello ü'] }, ...post('say hello ü!'), ...blocked('body_blocked') },
  {
    name: 'body and case',
    global: { block_bodies: ['Hello'], case_sensitive: false },
    ...post('say hEllo'),
    ...blocked('body_blocked'),
  },
  { name: 'harmless body', global: { block_bodies: ['evil'] }, ...post('good'), upstream: { body: 'good' } },
  { name: 'no body at all', global: { block_bodies: ['evil'] }, ...get('/'), ...passes },
  {
    name: 'status and message',
    global: { block_urls: ['/x'], blocked_code: 404, blocked_message: 'gone' },
    ...get('/x'),
    ...blocked('url_blocked.keyword', { status: 404, body: 'gone', headers: { 'content-type': 'text/plain' } }),
  },
  {
    name: 'a status that is none',
    global: { block_urls: ['/x'], blocked_code: 999 },
    ...get('/x'),
    ...blocked('url_blocked.keyword'),
  },
]);
