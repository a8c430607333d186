/** Section `tracing` of `higress-config`, as the collectors see it. */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { startGrpc, startZipkin } from '#test/collectors.ts';
import { serviceYaml } from '#test/echo.ts';
import { eventually, fetchRaw } from '#test/gateway.ts';
import { configSuite } from '#test/higress-config.ts';

const suite = configSuite((request, response) => {
  response.setHeader('x-sampled', String(request.headers['x-b3-sampled']));
  response.setHeader(
    'x-traced',
    [request.headers['x-b3-traceid'], request.headers.sw8, request.headers.traceparent].join(),
  );
  response.end('hello');
});
const HOST = (name: string) => `${name}.default.svc.cluster.local`;
let zipkin: Awaited<ReturnType<typeof startZipkin>>;
let grpc: Awaited<ReturnType<typeof startGrpc>>;

beforeAll(async () => {
  [zipkin, grpc] = await Promise.all([startZipkin(), startGrpc()]);
  suite.gateway.write('zipkin.yaml', serviceYaml('zipkin', zipkin.port));
  suite.gateway.write('grpc.yaml', serviceYaml('grpc', grpc.port));
}, 30_000);

afterAll(async () => {
  await zipkin?.stop();
  await grpc?.stop();
});

const traced = async () => (await suite.ask('/')).headers['x-traced'];
const inEnvoy = async (text: string) => JSON.stringify(await suite.gateway.debug('envoy')).includes(text);
const isTraced = () => eventually('traced', async () => String(await traced()).length > 5);

/** Envoy sends spans when it has five of them, so there must be requests. */
function whileAsking<T>(what: string, condition: () => T | undefined | false): Promise<T> {
  return eventually(what, async () => {
    await suite.ask('/', { 'x-color': 'red' });
    return condition();
  });
}

beforeEach(async () => {
  suite.configure({});
  await eventually('not traced', async () => (await traced()) === ',,');
});

describe('higress-config: tracing:', () => {
  it('zipkin: a span for each request and one for each call of an upstream', async () => {
    suite.configure(
      { tracing: { enable: true, zipkin: { service: HOST('zipkin'), port: '80' } } },
      {
        defaultConfig: {
          tracing: {
            customTags: {
              one: { literal: { value: 'fixed' } },
              color: { header: { name: 'x-color', defaultValue: 'none' } },
              home: { environment: { name: 'HIGRESS_NO_SUCH_VARIABLE', defaultValue: 'nowhere' } },
            },
          },
        },
      },
    );
    const server = await whileAsking('a span with tags', () =>
      zipkin.spans.find(({ kind, tags }) => kind === 'SERVER' && tags.color === 'red'),
    );
    expect(server).toMatchObject({ kind: 'SERVER', localEndpoint: { serviceName: 'higress-gateway' } });
    expect(server.tags).toMatchObject({ one: 'fixed', home: 'nowhere', 'http.status_code': '200' });
    const call = await whileAsking('a span of the call', () =>
      zipkin.spans.find(({ traceId, kind }) => traceId === server.traceId && kind === 'CLIENT'),
    );
    expect(call.tags['upstream_cluster.name'] ?? call.tags.upstream_cluster).toContain('web.default');
    expect(await suite.problems()).toEqual([]);
  }, 30_000);

  it('skywalking: over gRPC with the token, which is shown nowhere', async () => {
    const token = 'sky-token-4711';
    const skywalking = { service: HOST('grpc'), port: 80, access_token: token };
    suite.configure({ tracing: { enable: true, skywalking } });
    const call = await whileAsking('a segment', () =>
      grpc.calls.find(({ path, text }) => path.includes('TraceSegmentReportService') && text !== ''),
    );
    expect(call.headers.authentication).toBe(token);
    expect(call.text).toContain('higress-gateway.higress-system');
    for (const page of ['model', 'ir', 'xds', 'envoy'])
      expect((await fetchRaw(`${suite.gateway.urls.admin}/debug/${page}`)).body).not.toContain(token);
    expect(suite.gateway.log).not.toContain(token);
    suite.configure({ tracing: { enable: true, skywalking: { ...skywalking, access_token: 'another' } } });
    await whileAsking('the new token', () => grpc.calls.find(({ headers }) => headers.authentication === 'another'));
  }, 30_000);

  it('opentelemetry: over gRPC, on a port that does not say so', async () => {
    suite.configure({ tracing: { enable: true, timeout: 700, opentelemetry: { service: HOST('grpc'), port: 80 } } });
    const call = await whileAsking('an export', () =>
      grpc.calls.find(({ path, text }) => path.includes('TraceService/Export') && text !== ''),
    );
    expect(call.text).toContain('higress-gateway.higress-system');
    expect(await inEnvoy('"timeout":"0.700s"')).toBe(true);
  }, 30_000);

  it('sampling: all without it, none at 0, one decimal place', async () => {
    suite.configure({ tracing: { enable: true, zipkin: { service: HOST('zipkin'), port: 80 } } });
    await isTraced();
    for (let n = 0; n < 20; n += 1) expect((await suite.ask('/')).headers['x-sampled']).toBe('1');
    suite.configure({ tracing: { enable: true, sampling: 0, zipkin: { service: HOST('zipkin'), port: 80 } } });
    await eventually('sampled no more', async () => (await suite.ask('/')).headers['x-sampled'] === '0');
    for (let n = 0; n < 20; n += 1) expect((await suite.ask('/')).headers['x-sampled']).toBe('0');
    suite.configure({ tracing: { enable: true, sampling: 33.33, zipkin: { service: HOST('zipkin'), port: 80 } } });
    await eventually('one decimal place', () => inEnvoy('"random_sampling":{"value":33.3}'));
  }, 30_000);

  it('a service that is not known is told; its spans leave as soon as it comes', async () => {
    suite.configure({ tracing: { enable: true, zipkin: { service: HOST('late'), port: 80 } } });
    await isTraced();
    expect(await suite.problems()).toEqual([
      `error data.higress.tracing.zipkin.service: data.higress.tracing.zipkin.service: no service ${HOST('late')} with port 80 is known; no spans leave until there is one`,
    ]);
    const before = zipkin.spans.length;
    suite.gateway.write('late.yaml', serviceYaml('late', zipkin.port));
    await whileAsking('a span', () => zipkin.spans.length > before);
    expect(await suite.problems()).toEqual([]);
    suite.gateway.remove('late.yaml');
  }, 30_000);

  it('two tracers, or a tag that is wrong: told, and what was last good stays', async () => {
    const one = { service: HOST('zipkin'), port: 80 };
    suite.configure({ tracing: { enable: true, zipkin: one } });
    await isTraced();
    suite.configure(
      { tracing: { enable: true, zipkin: one, opentelemetry: one } },
      { defaultConfig: { tracing: { sampling: 1, customTags: { bad: { literal: {} } } } } },
    );
    await eventually('told', async () => (await suite.problems()).length === 3);
    expect(await suite.problems()).toEqual([
      expect.stringContaining('error data.higress.tracing: '),
      expect.stringContaining('error data.mesh.defaultConfig.tracing.customTags.bad.literal.value: '),
      expect.stringContaining('warning data.mesh.defaultConfig.tracing.sampling: '),
    ]);
    expect(await traced()).not.toBe(',,');
  }, 30_000);
});
