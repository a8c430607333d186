/** Every OpenAI-shaped provider type x every API that its row names: host, path, credentials and mapped model. */
import { describe, expect, it } from '@jest/globals';
import { API_PATHS } from '#ai/api.ts';
import { testPlugin } from '#plugin-sdk/testing.ts';
import { CHAT, COMPATIBLE_ROWS, filled } from '#test/provider-rows.ts';
import { effectiveConfig } from './config.ts';
import plugin from './plugin.ts';

const models = 'openai/v1/models';

const CASES = COMPATIBLE_ROWS.flatMap(({ apis, ...row }) =>
  Object.entries(apis).flatMap(([api, path]) =>
    (api === CHAT ? [false, true] : [false]).map((stream) => ({
      ...row,
      api,
      asked: filled(API_PATHS[api as keyof typeof API_PATHS]),
      path: filled(path === '=' ? API_PATHS[api as keyof typeof API_PATHS] : String(path)),
      stream,
    })),
  ),
);

describe('provider table', () => {
  it.each(CASES)('$type: $api, stream $stream', async ({ type, settings, host, auth, api, asked, path, stream }) => {
    const provider = { type, apiTokens: ['sk-vendor'], modelMapping: { a: 'b' }, ...settings };
    const config = effectiveConfig({ provider }, undefined);
    if (!config) throw new Error('no provider is active');
    const get = api === models;
    const answer = stream ? 'data: {"choices":[]}\n\ndata: [DONE]\n\n' : '{"choices":[]}';
    const { upstream, response } = await testPlugin(plugin, config, { host: { random: () => 0 } }).request({
      method: get ? 'GET' : 'POST',
      path: asked,
      headers: { 'content-type': 'application/json', authorization: 'Bearer client' },
      ...(get ? {} : { body: JSON.stringify({ model: 'a', messages: [], ...(stream ? { stream } : {}) }) }),
      respond: () => ({
        headers: { 'content-type': stream ? 'text/event-stream' : 'application/json' },
        body: answer,
      }),
    });
    expect([upstream?.authority, upstream?.path]).toEqual([host, path]);
    expect(upstream?.headers.get('authorization')).toBe(auth?.authorization ?? 'Bearer client');
    if (!get) expect(upstream?.json()).toMatchObject({ model: 'b' });
    if (stream) expect(upstream?.json()).toMatchObject({ stream_options: { include_usage: true } });
    expect(response.text).toBe(answer);
  });
});
