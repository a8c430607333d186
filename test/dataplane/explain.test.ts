/** `explain` says what Envoy does: for many requests, chosen and random, the explained host, route, cluster, redirect and path are those of the real Envoy. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { isIP } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { translateOffline } from '#app/offline.ts';
import { offlineView } from '#app/view.ts';
import { explainRequest } from '#explain/explain.ts';
import type { Explanation } from '#explain/explanation.ts';
import { parseRequest } from '#explain/request.ts';
import type { GatewayView } from '#explain/view.ts';
import { catalogue } from '#plugins/index.ts';
import { type Echo, startEcho } from '#test/echo.ts';
import { asked, CHOSEN, EDGE_HEADERS, explainManifests, type Sent, sentRequests } from '#test/explain-cases.ts';
import { type Reply, send } from '#test/send.ts';
import { buildOptionsIn, type StaticEnvoy, startStaticEnvoy } from '#test/static-envoy.ts';
import { createBuilder } from '#xds/build/build.ts';

const OPTIONS = { systemNamespace: 'higress-system', ingressClass: 'higress' };
const RANDOM_REQUESTS = 400;

interface Observed {
  readonly status: number;
  readonly route?: string;
  readonly cluster?: string;
  readonly location?: string;
  readonly path?: string;
}

describe.each([
  ['without a host for the rest', false],
  ['with one', true],
])('explain, on a gateway %s', (_, catchAll) => {
  let dir: string;
  let one: Echo;
  let two: Echo;
  let envoy: StaticEnvoy;
  let view: GatewayView;

  beforeAll(async () => {
    dir = mkdtempSync(join(tmpdir(), 'higress-explain-'));
    [one, two] = await Promise.all([startEcho('one'), startEcho('two')]);
    writeFileSync(join(dir, 'all.yaml'), explainManifests({ one: one.port, two: two.port }, catchAll));
    const made = translateOffline([dir], OPTIONS);
    expect(made.problems.filter(({ severity }) => severity === 'error')).toEqual([]);
    const builder = createBuilder(buildOptionsIn(dir), catalogue);
    envoy = await startStaticEnvoy(builder.build(made.gateway).resources);
    view = offlineView([dir], OPTIONS);
  }, 60_000);

  afterAll(async () => {
    await envoy?.stop();
    await Promise.all([one?.stop(), two?.stop()]);
    rmSync(dir, { recursive: true, force: true });
  });

  const explain = (sent: Sent) =>
    explainRequest(view, parseRequest(asked(sent)), { catalogue, locate: () => undefined });

  async function real({ scheme, host, path, method, headers, sni }: Sent): Promise<Observed> {
    const tls = scheme === 'https';
    const name = sni ?? host.toLowerCase().replace(/:\d+$/, '');
    const options = {
      method,
      host,
      headers,
      ...(tls ? { sni: isIP(name.replace(/[[\]]/g, '')) > 0 ? '' : name } : {}),
    };
    const reply = await send(tls ? envoy.httpsPort : envoy.httpPort, path, options).catch(() => undefined);
    return reply === undefined ? { status: 0 } : observed(reply);
  }

  async function compare(sent: Sent): Promise<void> {
    const explanation = explain(sent);
    const seen = await real(sent);
    const about = `${sent.method} ${sent.scheme}://${sent.host}${sent.path} ${JSON.stringify(sent.headers)}`;
    expect({ about, ...seen }).toEqual({ about, ...expected(explanation, seen) });
  }

  it.each(
    CHOSEN.map(
      (sent) =>
        [`${sent.method} ${sent.scheme}://${sent.host}${sent.path} ${JSON.stringify(sent.headers)}`, sent] as const,
    ),
  )('is right about %s', async (_title, sent) => compare(sent));

  it('is right about random requests', async () => {
    await fc.assert(fc.asyncProperty(sentRequests, compare), { numRuns: RANDOM_REQUESTS });
  }, 120_000);

  it('knows which headers the edge takes from clients', async () => {
    const headers = Object.fromEntries(EDGE_HEADERS.map((name) => [name, '1']));
    const sent: Sent = { scheme: 'http', host: 'a.test', path: '/foo', method: 'GET', headers };
    expect((await real(sent)).status).toBe(200);
    const arrived = Object.keys(one.seen.at(-1)?.headers ?? {}).filter((name) => EDGE_HEADERS.includes(name));
    const known = [...parseRequest(asked(sent)).headers.keys()].filter((name) => EDGE_HEADERS.includes(name));
    expect(known.sort()).toEqual(arrived.sort());
  });

  it('normalises paths as Envoy does', async () => {
    const printable = Array.from({ length: 94 }, (_item, index) => String.fromCharCode(33 + index));
    const raw = printable.filter((character) => !'#?'.includes(character)).map((character) => `/x${character}y`);
    const escaped = Array.from({ length: 127 }, (_item, index) => `/x%${(index + 1).toString(16).padStart(2, '0')}y`);
    for (const path of [
      ...raw,
      ...escaped,
      '/a/./b',
      '/a/.',
      '/a/..',
      '/..',
      '/../a',
      '/a/b/../',
      '/a//..//b',
      '/a\\..\\b',
      '/%2E%2e/a',
      '/...',
      '/a/%252e',
      '/%C3%A4',
    ]) {
      const sent: Sent = { scheme: 'http', host: 'a.test', path, method: 'GET', headers: {} };
      const seen = await real(sent);
      if (seen.status === 400) continue;
      expect({ path, seen: seen.path }).toEqual({ path, seen: explain(sent).request.path });
    }
  });
});

function observed({ status, headers, body }: Reply): Observed {
  const text = (name: string) => headers[name]?.toString();
  const route = text('x-route');
  const cluster = text('x-cluster');
  return {
    status,
    ...(route === undefined ? {} : { route }),
    ...(cluster === undefined || cluster === '-' ? {} : { cluster }),
    ...(text('location') === undefined ? {} : { location: text('location')! }),
    ...(body.startsWith('{') ? { path: (JSON.parse(body) as { path: string }).path } : {}),
  };
}

/** Of several clusters any may have been chosen; a rewritten path is not the one that was asked for. */
function expected({ outcome, route, request }: Explanation, seen: Observed): Observed {
  switch (outcome.type) {
    case 'nothing':
      return { status: outcome.status ?? 0 };
    case 'forward': {
      const cluster = outcome.clusters.includes(seen.cluster ?? '') ? seen.cluster : outcome.clusters.join(' or ');
      const rewritten = route?.policies.some(({ name }) => name === 'rewrite-path') === true;
      return { status: 200, route: route!.name, cluster: cluster!, path: rewritten ? seen.path! : request.path };
    }
    case 'redirect': {
      const silent = outcome.status === 308 || seen.route === undefined;
      return { status: outcome.status, ...(silent ? {} : { route: route!.name }), location: outcome.location };
    }
    default:
      return { status: 503 };
  }
}
