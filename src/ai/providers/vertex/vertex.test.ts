import { generateKeyPairSync, verify } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import { sharedValues } from '#lib/shared-values.ts';
import type { HostServices, HttpCall } from '#plugin-sdk/host.ts';
import { httpAnswer } from '#plugin-sdk/testing.ts';
import { normaliseSettings, providerSchema } from '../settings.ts';
import { accessTokens } from './access-token.ts';
import { hostOf, modelPath, openaiPath, vertexModel, vertexProblem, withKey } from './mode.ts';
import { openaiOnVertex } from './openai-compatible.ts';
import { readServiceAccount, signedAssertion } from './service-account.ts';

const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
const pem = privateKey.export({ type: 'pkcs8', format: 'pem' }) as string;
const key = {
  type: 'service_account',
  client_email: 'gw@p.iam.gserviceaccount.com',
  private_key_id: 'kid-1',
  private_key: pem,
  token_uri: 'https://oauth2.googleapis.com/token',
};
const standard = {
  vertexAuthKey: JSON.stringify(key),
  vertexRegion: 'US-Central1',
  vertexProjectId: 'proj',
  vertexAuthServiceName: 'vertex-auth.internal',
};
const settings = (more: object = {}) =>
  normaliseSettings(providerSchema.parse({ type: 'vertex', ...standard, ...more }));

describe('service account', () => {
  it('signs an assertion that Google can check', () => {
    const [header = '', claims = '', signature = ''] = signedAssertion(
      readServiceAccount(standard.vertexAuthKey),
      1_700_000_000_999,
    ).split('.');
    const read = (part: string) => JSON.parse(Buffer.from(part, 'base64url').toString());
    expect(read(header)).toEqual({ alg: 'RS256', typ: 'JWT', kid: 'kid-1' });
    expect(read(claims)).toEqual({
      iss: key.client_email,
      scope: 'https://www.googleapis.com/auth/cloud-platform',
      aud: key.token_uri,
      iat: 1_700_000_000,
      exp: 1_700_003_600,
    });
    const signed = Buffer.from(`${header}.${claims}`);
    expect(verify('sha256', signed, publicKey, Buffer.from(signature, 'base64url'))).toBe(true);
  });

  it.each([
    ['no JSON', /JSON document/],
    [JSON.stringify({ ...key, client_email: '' }), /client_email/],
    [JSON.stringify({ ...key, private_key: undefined }), /has no member private_key/],
    [JSON.stringify({ ...key, private_key: 'sk-planted' }), /PEM/],
  ])('refuses a key without showing it (%#)', (text, reason) => {
    const problem = vertexProblem(settings({ vertexAuthKey: text }));
    expect(problem?.[0]).toBe('vertexAuthKey');
    expect(problem?.[1]).toMatch(reason);
    expect(problem?.[1]).not.toMatch(/sk-planted|gserviceaccount/);
  });

  it('refuses a key that is not RSA', () => {
    const other = generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey.export({
      type: 'pkcs8',
      format: 'pem',
    });
    expect(() => readServiceAccount(JSON.stringify({ ...key, private_key: other }))).toThrow(/no RSA key/);
  });
});

describe('settings', () => {
  it.each<[object, string]>([
    [{ vertexAuthKey: '' }, 'vertexAuthKey'],
    [{ vertexRegion: '' }, 'vertexRegion'],
    [{ vertexProjectId: '' }, 'vertexProjectId'],
    [{ vertexAuthServiceName: '' }, 'vertexAuthServiceName'],
    [{ apiTokens: ['k'], vertexOpenAICompatible: true }, 'vertexOpenAICompatible'],
  ])('refuses %p', (more, path) => {
    expect(vertexProblem(settings(more))?.[0]).toBe(path);
  });

  it('needs nothing but tokens in express mode', () => {
    const express = normaliseSettings(providerSchema.parse({ type: 'vertex', apiTokens: ['a&b'] }));
    expect(vertexProblem(express)).toBeUndefined();
    expect(hostOf(express)).toBe('aiplatform.googleapis.com');
    expect(modelPath(express, 'google', 'm', 'x')).toBe('/v1/publishers/google/models/m:x');
    expect(withKey('/p?a=1&key=client', express, 'a&b')).toBe('/p?a=1&key=a%26b');
    expect(withKey('/p', express, 'k')).toBe('/p?key=k');
  });

  it('places requests in the region and project', () => {
    expect(vertexProblem(settings())).toBeUndefined();
    expect(hostOf(settings())).toBe('us-central1-aiplatform.googleapis.com');
    expect(hostOf(settings({ vertexRegion: 'global' }))).toBe('aiplatform.googleapis.com');
    expect(modelPath(settings(), 'google', 'm', 'predict')).toBe(
      '/v1/projects/proj/locations/us-central1/publishers/google/models/m:predict',
    );
    expect(openaiPath(settings())).toBe(
      '/v1beta1/projects/proj/locations/us-central1/endpoints/openapi/chat/completions',
    );
    expect(withKey('/p?key=client', settings(), undefined)).toBe('/p');
  });

  it.each([
    ['gemini-2.5-pro', 'google', 'gemini-2.5-pro'],
    ['google/gemini-2.5-pro', 'google', 'gemini-2.5-pro'],
    ['claude-sonnet-4@20250514', 'anthropic', 'claude-sonnet-4@20250514'],
    ['publishers/anthropic/models/claude-x', 'anthropic', 'claude-x'],
    ['a b', 'google', 'a%20b'],
  ])('knows the publisher of %s', (model, publisher, segment) => {
    expect(vertexModel(model)).toMatchObject({ publisher, segment });
  });
});

describe('access tokens', () => {
  const START = 1_700_000_000_000;
  const world = () => {
    const state = { now: START, calls: [] as HttpCall[], warnings: [] as string[] };
    let answer = (number: number) => httpAnswer({ access_token: `token-${number}`, expires_in: 3600 });
    const host = {
      http: {
        call: async (call: HttpCall) => {
          state.calls.push(call);
          return answer(state.calls.length);
        },
      },
      shared: sharedValues(),
      log: { warn: (fields: { reason: string }) => state.warnings.push(fields.reason) },
      now: () => state.now,
    } as unknown as HostServices;
    return { state, host, answer: (next: typeof answer) => (answer = next) };
  };

  it('exchanges the assertion where the console says', async () => {
    const { host, state } = world();
    expect(await accessTokens(settings({ timeout: 777 })).get(host)).toBe('token-1');
    const [call] = state.calls;
    expect(call).toMatchObject({
      cluster: 'outbound|443||vertex-auth.internal.dns',
      method: 'POST',
      path: '/token',
      headers: { host: 'oauth2.googleapis.com', 'content-type': 'application/x-www-form-urlencoded' },
      timeoutMs: 777,
    });
    const form = new URLSearchParams(String(call?.body));
    expect(form.get('grant_type')).toBe('urn:ietf:params:oauth:grant-type:jwt-bearer');
    expect(form.get('assertion')?.split('.')).toHaveLength(3);
  });

  it('keeps a token until the time ahead of its end', async () => {
    const { host, state } = world();
    const tokens = accessTokens(settings({ vertexTokenRefreshAhead: 100 }));
    await tokens.get(host);
    state.now = START + 3_499_999;
    expect(await tokens.get(host)).toBe('token-1');
    state.now = START + 3_500_000;
    expect(await tokens.get(host)).toBe('token-2');
  });

  it('does not ask with every request when tokens are short-lived', async () => {
    const { host, state, answer } = world();
    answer((number) => httpAnswer({ access_token: `token-${number}`, expires_in: 30 }));
    const tokens = accessTokens(settings());
    expect([await tokens.get(host), await tokens.get(host)]).toEqual(['token-1', 'token-1']);
    state.now += 15_000;
    expect(await tokens.get(host)).toBe('token-2');
  });

  it('shares one exchange between concurrent requests and chains of the same account', async () => {
    const { host, state } = world();
    const chains = [accessTokens(settings()), accessTokens(settings({ vertexTokenRefreshAhead: 5 }))];
    const got = await Promise.all([...chains, ...chains].map((tokens) => tokens.get(host)));
    expect(new Set(got)).toEqual(new Set(['token-1']));
    const account = { ...key, client_email: 'other@p' };
    const others = [{ vertexProjectId: 'p2' }, { vertexRegion: 'r2' }, { vertexAuthKey: JSON.stringify(account) }];
    for (const more of others) await accessTokens(settings(more)).get(host);
    expect(state.calls).toHaveLength(4);
  });

  it('forgets the token with the last chain', async () => {
    const { host } = world();
    const chains = [accessTokens(settings()), accessTokens(settings())];
    for (const tokens of chains) await tokens.get(host);
    chains[0]?.dispose();
    expect(await chains[1]?.get(host)).toBe('token-1');
    chains[1]?.dispose();
    chains[1]?.dispose();
    expect(await accessTokens(settings()).get(host)).toBe('token-2');
  });

  it('tells what went wrong and tries again with the next request', async () => {
    const { host, answer } = world();
    const tokens = accessTokens(settings());
    answer(() => httpAnswer({ error: 'invalid_grant', error_description: 'Invalid JWT Signature.' }, 400));
    await expect(tokens.get(host)).rejects.toMatchObject({
      message:
        'failed to get an access token: oauth2.googleapis.com answered 400, invalid_grant: Invalid JWT Signature.',
      status: 500,
      details: 'ai-proxy.vertex.load_ak_failed',
    });
    answer(() => httpAnswer({}));
    await expect(tokens.get(host)).rejects.toThrow(/without an access token/);
    answer(() => {
      throw new Error('call failed');
    });
    await expect(tokens.get(host)).rejects.toThrow(/call failed/);
    answer(() => httpAnswer({ access_token: 'at last' }));
    expect(await tokens.get(host)).toBe('at last');
  });

  it('lives on with the old token while the new one does not come', async () => {
    const { host, state, answer } = world();
    const tokens = accessTokens(settings());
    await tokens.get(host);
    answer(() => httpAnswer('', 503));
    state.now = START + 3_550_000;
    expect([await tokens.get(host), await tokens.get(host)]).toEqual(['token-1', 'token-1']);
    expect([state.calls.length, state.warnings.length]).toEqual([2, 1]);
    state.now += 10_000;
    await tokens.get(host);
    expect(state.calls).toHaveLength(3);
    state.now = START + 3_600_000;
    await expect(tokens.get(host)).rejects.toThrow(/answered 503/);
  });
});

describe('OpenAI-compatible interface', () => {
  const run = (datas: readonly string[]) => {
    const step = openaiOnVertex('/p').stream!({ status: 200, headers: undefined as never });
    return [...datas.flatMap((data) => [...step.next({ data })]), ...step.end()].map(({ data }) => data);
  };

  it('undoes escapes and closes the stream once', () => {
    const chunk = String.raw`{"choices":[{"delta":{"content":"\u003cb\u003e Z\u00fcrich"}}]}`;
    const readable = '{"choices":[{"delta":{"content":"<b> Zürich"}}]}';
    expect(run([chunk])).toEqual([readable, '[DONE]']);
    expect(run([chunk, '[DONE]', chunk])).toEqual([readable, '[DONE]']);
  });

  it('turns an error into OpenAI’s', () => {
    expect(run(['{"error":{"code":429,"message":"slow","status":"RESOURCE_EXHAUSTED"}}'])).toEqual([
      '{"error":{"message":"slow","type":"rate_limit_error","param":null,"code":"RESOURCE_EXHAUSTED"}}',
      '[DONE]',
    ]);
  });
});
