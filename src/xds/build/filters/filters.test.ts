import { describe, expect, it } from '@jest/globals';
import { encode } from '#xds/proto/index.ts';
import type { Message } from '#xds/snapshot/resources.ts';
import { corsPolicy } from './cors.ts';
import { processingMode } from './ext-proc.ts';
import { FILTERS } from './index.ts';
import { rateLimit } from './local-ratelimit.ts';
import { ipAccess } from './rbac.ts';

function strict(message: Message | undefined): boolean {
  if (message === undefined) return true;
  const { '@type': type, ...fields } = message;
  return encode(String(type).replace('type.googleapis.com/', ''), fields) instanceof Uint8Array;
}

const MINIMAL: Readonly<Record<string, Message>> = {
  ext_proc: { chain: 'id', needs: {}, failOpen: false },
  hop: { chain: 'id', needs: {}, failOpen: false },
  dynamic_module: { plugins: [] },
};

describe('every filter', () => {
  it.each(Object.keys(FILTERS) as (keyof typeof FILTERS)[])('%s has forms that Envoy knows', (kind) => {
    const form = FILTERS[kind];
    expect(form.kind).toBe(kind);
    expect(strict(form.noop())).toBe(true);
    const config = MINIMAL[kind] ?? {};
    expect(strict(form.base(config))).toBe(true);
    expect(strict(form.perRoute(config))).toBe(true);
  });
});

describe('header_mutation', () => {
  it('moves its mutations into the per-route form, on top of an empty base', () => {
    const mutations = { request_mutations: [{ remove: 'x' }] };
    expect(FILTERS.header_mutation.perRoute({ mutations })).toMatchObject({ mutations });
    expect(FILTERS.header_mutation.noop()).toMatchObject({ mutations: {} });
  });
});

describe('lua', () => {
  it('has a per-route form only for one script of its own', () => {
    const code = 'function envoy_on_request(h) end';
    expect(FILTERS.lua.perRoute({ inline_code: code })).toMatchObject({ source_code: { inline_string: code } });
    expect(FILTERS.lua.perRoute({ source_codes: {} })).toBeUndefined();
  });
});

describe('filters without a per-route form', () => {
  it.each(['basic_auth', 'api_key_auth', 'jwt_authn', 'sse_to_metadata', 'buffer', 'compressor'] as const)(
    '%s',
    (kind) => {
      expect(FILTERS[kind].noop()).toBeUndefined();
      expect(FILTERS[kind].perRoute({})).toBeUndefined();
    },
  );
});

describe('ipAccess', () => {
  const ids = (config: Message) => JSON.stringify(config);

  it('allows listed addresses only', () => {
    const { config } = ipAccess({ allow: ['10.0.0.0/8', '::1'] });
    expect(config).toMatchObject({ rules: { action: 'ALLOW' } });
    expect(ids(config)).toContain('"address_prefix":"::1","prefix_len":128');
  });

  it('lets a deny list win over an allow list', () => {
    const { config } = ipAccess({ allow: ['*'], deny: ['1.2.3.4'] });
    expect(ids(config)).toContain('"and_ids"');
    expect(ids(config)).toContain('"not_id"');
  });

  it('stays closed when nothing of an allow list can be read', () => {
    const { config, invalid } = ipAccess({ allow: ['10.0.0.0/33', 'host', '1.2.3.4/8/8', '1.2.3.4/'] });
    expect(invalid).toEqual(['10.0.0.0/33', 'host', '1.2.3.4/8/8', '1.2.3.4/']);
    expect(config).toEqual({ rules: { action: 'ALLOW', policies: {} } });
  });

  it('denies nobody for an empty deny list', () => {
    expect(ipAccess({ deny: [] }).config).toEqual({ rules: { action: 'DENY', policies: {} } });
  });
});

describe('corsPolicy', () => {
  it('anchors regexes and leaves empty lists out', () => {
    const policy = corsPolicy({
      origins: [{ type: 'regex', value: 'https://.*\\.a' }, { type: 'any' }],
      methods: ['GET', 'PUT'],
      headers: [],
      exposeHeaders: [],
      credentials: true,
      maxAgeSeconds: 7,
    });
    expect(policy).toEqual({
      allow_origin_string_match: [{ safe_regex: { regex: '^(?:https://.*\\.a)$' } }, { safe_regex: { regex: '.*' } }],
      allow_methods: 'GET, PUT',
      allow_credentials: true,
      max_age: '7',
    });
  });
});

describe('rateLimit', () => {
  it('fills a bucket', () => {
    expect(rateLimit({ fill: 5, intervalMs: 60_000, burst: 25 })).toMatchObject({
      token_bucket: { max_tokens: 25, tokens_per_fill: 5, fill_interval: '60s' },
    });
  });
});

describe('processingMode', () => {
  it('sends what the hooks need and nothing else', () => {
    expect(processingMode({ requestHeaders: true })).toMatchObject({
      request_header_mode: 'SEND',
      response_header_mode: 'SKIP',
      request_body_mode: 'NONE',
      response_body_mode: 'NONE',
    });
  });

  it('streams every response body, and requests as asked', () => {
    for (const responseBody of ['buffered', 'auto', 'stream'] as const) {
      expect(processingMode({ responseBody }).response_body_mode).toBe('STREAMED');
    }
    expect(processingMode({ requestBody: 'buffered' }).request_body_mode).toBe('BUFFERED');
    expect(processingMode({ requestBody: 'stream' }).request_body_mode).toBe('STREAMED');
  });
});
