/** The native forms of plugins in a real Envoy: the same fixtures that run through their hooks, with the same expectations. */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { BuiltinBinding } from '#ir/types.ts';
import type { PluginDefinition } from '#plugin-sdk/definition.ts';
import type { Fixture } from '#plugin-sdk/fixture.ts';
import { fixtures as keyAuth } from '#plugins/key-auth/fixtures.ts';
import keyAuthPlugin from '#plugins/key-auth/plugin.ts';
import { fixtures as modelMapper } from '#plugins/model-mapper/fixtures.ts';
import modelMapperPlugin from '#plugins/model-mapper/plugin.ts';
import { fixtures as modelRouter } from '#plugins/model-router/fixtures.ts';
import modelRouterPlugin from '#plugins/model-router/plugin.ts';
import { fixtures as requestBlock } from '#plugins/request-block/fixtures.ts';
import requestBlockPlugin from '#plugins/request-block/plugin.ts';
import { fixtures as transformer } from '#plugins/transformer/fixtures.ts';
import transformerPlugin from '#plugins/transformer/plugin.ts';
import { configOf, expectHeaders } from '#test/fixture.ts';
import { eventually } from '#test/gateway.ts';
import { backend, builtin, catalogue, gateway, host, route } from '#test/ir.ts';
import { send } from '#test/send.ts';
import { buildOptionsIn, type StaticEnvoy, startStaticEnvoy } from '#test/static-envoy.ts';
import { type BuildOptions, createBuilder } from '#xds/build/build.ts';
import { UPSTREAM } from '../support/upstream.ts';

interface Case {
  readonly plugin: PluginDefinition;
  readonly fixture: Fixture;
  readonly id: string;
}

const suites = [
  [keyAuthPlugin, keyAuth],
  [modelMapperPlugin, modelMapper],
  [modelRouterPlugin, modelRouter],
  [requestBlockPlugin, requestBlock],
  [transformerPlugin, transformer],
] as unknown as readonly (readonly [PluginDefinition, readonly Fixture[]])[];

const cases: readonly Case[] = suites.flatMap(([plugin, fixtures]) =>
  fixtures
    .filter((fixture) => fixture.lowered)
    .map((fixture, at) => ({ plugin, fixture, id: `${plugin.manifest.name}-${at}` })),
);

interface Arrival {
  readonly message: IncomingMessage;
  readonly body: string;
}

const dir = mkdtempSync(join(tmpdir(), 'hgl-'));
const accessLogPath = join(dir, 'access.log');
const options: BuildOptions = {
  ...buildOptionsIn(dir),
  accessLogPath,
};
/** Details as logs ask for them, and those that Envoy knows itself. */
const LOG_FIELDS = {
  authority: '%REQ(:AUTHORITY)%',
  details: '%RESPONSE_CODE_DETAILS%',
  own: '%COALESCE({"operators":["RESPONSE_CODE_DETAILS"]})%',
};
const arrivals = new Map<string, Arrival>();
let upstream: Server;
let envoy: StaticEnvoy;

beforeAll(async () => {
  upstream = createServer(UPSTREAM, async (request, response) => {
    const parts: Buffer[] = [];
    for await (const part of request) parts.push(part as Buffer);
    const id = String(request.headers['x-case']);
    arrivals.set(id, { message: request, body: Buffer.concat(parts).toString('utf8') });
    const answer = cases.find((one) => one.id === id)?.fixture.answer;
    response.writeHead(answer?.status ?? 200, answer?.headers as Record<string, string | string[]>).end(answer?.body);
  });
  await new Promise<void>((resolve) => upstream.listen(0, '127.0.0.1', resolve));
  const { port } = upstream.address() as AddressInfo;
  const hosts = cases.map(({ plugin, fixture, id }) => {
    const binding = builtin(plugin.manifest.name, configOf(plugin, fixture));
    return host(`${id}.test`, [route('/', { plugins: [...keepAuth(fixture), binding] })]);
  });
  const routed = host('routed.test', [
    route('/', {
      to: 'other',
      match: { headers: [{ name: 'x-model', type: 'exact', value: 'gpt' }] },
      plugins: [builtin('model-mapper', configOf(modelMapperPlugin, mapToX), { phase: 'AUTHN', priority: 800 })],
    }),
    route('/', {
      plugins: [builtin('model-router', configOf(modelRouterPlugin, routeByModel), { phase: 'AUTHN', priority: 900 })],
    }),
  ]);
  const all = host('all.test', [
    route('/', {
      plugins: [
        builtin('model-router', configOf(modelRouterPlugin, routeByModel), { phase: 'AUTHN', priority: 900 }),
        builtin('model-mapper', configOf(modelMapperPlugin, mapToX), { phase: 'AUTHN', priority: 800 }),
        builtin('key-auth', configOf(keyAuthPlugin, keyAuth[0] as Fixture), { phase: 'AUTHN', priority: 310 }),
      ],
    }),
  ]);
  const built = createBuilder(options, catalogue(suites.map(([plugin]) => plugin))).build(
    gateway({
      hosts: [...hosts, routed, all],
      backends: [backend('echo', port), backend('other', port)],
      accessLog: { path: accessLogPath, encoding: 'TEXT', format: JSON.stringify(LOG_FIELDS) },
    }),
  );
  expect(built.problems).toEqual([]);
  envoy = await startStaticEnvoy(built.resources);
}, 60_000);

afterAll(async () => {
  await envoy?.stop();
  upstream.close();
  upstream.closeAllConnections();
  rmSync(dir, { recursive: true, force: true });
});

/** The header that keeps the caller's Authorization is taken away at the edge: in Envoy only another plugin can set it. */
function keepAuth(fixture: Fixture): BuiltinBinding[] {
  const value = fixture.request?.headers?.['x-hi-original-auth'];
  if (value === undefined) return [];
  const rule = { operate: 'add', headers: [{ key: 'x-hi-original-auth', value }] };
  const config = configOf(transformerPlugin, { name: '', global: { reroute: false, reqRules: [rule] }, lowered: true });
  return [builtin('transformer', config, { priority: 1 })];
}

const mapToX: Fixture = { name: 'map', global: { modelMapping: { '*': 'X' } }, lowered: true };
const routeByModel: Fixture = { name: 'route', global: { modelToHeader: 'x-model' }, lowered: true };

describe('plugins lowered to native filters', () => {
  it.each(cases.map((one) => [`${one.plugin.manifest.name}: ${one.fixture.name}`, one] as const))('%s', (_, one) =>
    runLowered(one),
  );

  it('a model chooses the route and that route maps it', async () => {
    const headers = { 'content-type': 'application/json', 'x-case': 'routed' };
    const request = { method: 'POST', host: 'routed.test', headers, body: '{"model":"gpt"}' };
    expect((await send(envoy.httpPort, '/v1/chat/completions', request)).status).toBe(200);
    expect(arrivals.get('routed')?.body).toBe('{"model":"X"}');
  });

  it('neighbouring plugins are one filter and share the body', async () => {
    const request = (key: string) => ({
      method: 'POST',
      host: 'all.test',
      headers: { 'content-type': 'application/json', 'x-case': 'all', 'x-api-key': key },
      body: '{"model":"gpt","n":1}',
    });
    const refused = await send(envoy.httpPort, '/v1/embeddings', request('guess'));
    expect([refused.status, refused.headers['www-authenticate'], arrivals.get('all')]).toEqual([
      401,
      'Key realm=MSE Gateway',
      undefined,
    ]);
    // Many at once: what one request holds must not reach another.
    const keys = ['key-of-alice', 'key-of-bob'];
    const replies = await Promise.all(
      Array.from({ length: 40 }, (_, at) => send(envoy.httpPort, '/v1/embeddings', request(keys[at % 2] as string))),
    );
    expect(replies.every((reply) => reply.status === 200)).toBe(true);
    expect(arrivals.get('all')?.body).toBe('{"model":"X","n":1}');
    expect(arrivals.get('all')?.message.headers).toMatchObject({ 'x-model': 'gpt', 'content-length': '19' });
    const { body } = await envoy.envoy.admin('/config_dump');
    expect(body).toContain(
      'dynamic_module/higress-system/model-router+higress-system/model-mapper+higress-system/key-auth',
    );
  });

  it('the access log tells the details of refusals', async () => {
    const refused = cases.filter(({ fixture }) => fixture.reply !== undefined);
    const expected = refused.map(({ id, fixture }) => [`${id}.test`, fixture.reply?.details]);
    await eventually('all lines are written', () => {
      const lines = readFileSync(accessLogPath, 'utf8').trim().split('\n');
      const seen = lines.map((line) => JSON.parse(line) as typeof LOG_FIELDS);
      const byHost = new Map(seen.map((line) => [line.authority, line]));
      return expected.every(([name, text]) => {
        const line = byHost.get(name as string);
        return line?.details === text && line?.own === text;
      });
    });
  }, 20_000);

  it('no credential stands in the configuration of Envoy', async () => {
    const dump = (await envoy.envoy.admin('/config_dump')).body;
    expect(dump.includes('dynamic_module/higress-system/key-auth')).toBe(true);
    for (const secret of ['key-of-alice', 'other key+of bob', 'Bearer tok'])
      expect([secret, dump.includes(secret)]).toEqual([secret, false]);
  });
});

async function runLowered({ fixture, id }: Case): Promise<void> {
  const { method, path = '/', headers, body } = fixture.request ?? {};
  const reply = await send(envoy.httpPort, path, {
    method: method ?? (body === undefined ? 'GET' : 'POST'),
    host: `${id}.test`,
    headers: {
      'x-case': id,
      ...(body === undefined ? {} : { 'content-length': String(Buffer.byteLength(body)) }),
      ...headers,
    },
    ...(body === undefined ? {} : { body }),
  });
  const got = (name: string) => lines(reply.headers[name]);
  const arrival = arrivals.get(id);
  if (fixture.reply !== undefined) {
    expect({ status: reply.status, body: reply.body, arrival }).toEqual({
      status: fixture.reply.status,
      body: fixture.reply.body ?? '',
      arrival: undefined,
    });
    expectHeaders(got, fixture.reply.headers);
    return;
  }
  expect(reply.status).toBe(fixture.answer?.status ?? 200);
  const seen = arrival?.message;
  if (fixture.upstream?.path !== undefined) expect(seen?.url).toBe(fixture.upstream.path);
  if (fixture.upstream?.authority !== undefined) expect(seen?.headers.host).toBe(fixture.upstream.authority);
  if (fixture.upstream?.body !== undefined) expect(arrival?.body).toBe(fixture.upstream.body);
  expectHeaders((name) => lines(seen?.headers[name]), fixture.upstream?.headers);
  if (fixture.response?.body !== undefined) expect(reply.body).toBe(fixture.response.body);
  expectHeaders(got, fixture.response?.headers);
}

function lines(value: string | readonly string[] | undefined): readonly string[] {
  return value === undefined ? [] : typeof value === 'string' ? [value] : value;
}
