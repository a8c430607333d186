import { describe, expect, it } from '@jest/globals';
import { parseConfigMap } from '../config-map.ts';
import { type HigressConfig, higressConfigOf } from './higress-config.ts';

const defaults = { namespace: 'higress-system' };
const told = ({ problems }: HigressConfig) =>
  problems.map(
    ({ severity, origin, message, hint }) => `${severity} ${origin.path}: ${message}${hint ? ` (${hint})` : ''}`,
  );
const config = (data: Record<string, string>, name = 'higress-config', before?: HigressConfig) => {
  const { object } = parseConfigMap({ value: { metadata: { name }, data } }, defaults);
  return higressConfigOf(object === undefined ? [] : [object], 'higress-system', before);
};

describe('higress-config', () => {
  it('has the defaults of the reference without a ConfigMap, and with one of another name', () => {
    for (const result of [config({}), config({ higress: 'downstream: {idleTimeout: 1}' }, 'other')]) {
      expect(result).toMatchObject({
        downstream: {
          idleTimeoutMs: 180_000,
          maxRequestHeadersKb: 60,
          connectionBufferLimitBytes: 32_768,
          http2: { maxConcurrentStreams: 100, initialStreamWindowSize: 65_535, initialConnectionWindowSize: 1_048_576 },
          upstreamConnectionBufferLimitBytes: 10_485_760,
          disableXEnvoyHeaders: false,
          addXRealIpHeader: false,
        },
        accessLog: { path: '/dev/stdout', encoding: 'TEXT' },
        upstreamIdleTimeoutMs: 10_000,
        routeTimeoutMs: 0,
        problems: [],
      });
    }
  });

  it('changes only the keys that are named; null is the default', () => {
    const result = config({
      higress:
        'downstream: {idleTimeout: 5, routeTimeout: 7, http2: {maxConcurrentStreams: 9}}\nupstream: null\naddXRealIpHeader: on\n',
      mesh: 'accessLogFile: /tmp/a.log\naccessLogEncoding: JSON\naccessLogFormat: "%DURATION%"\nenableAutoMtls: false\n',
    });
    expect(result.downstream).toMatchObject({ idleTimeoutMs: 5000, maxRequestHeadersKb: 60, addXRealIpHeader: true });
    expect(result.downstream.http2).toMatchObject({ maxConcurrentStreams: 9, initialStreamWindowSize: 65_535 });
    expect(result.routeTimeoutMs).toBe(7000);
    expect(result.accessLog).toEqual({ path: '/tmp/a.log', encoding: 'JSON', format: '%DURATION%' });
    expect(told(result)).toEqual([
      'warning data.mesh.enableAutoMtls: data.mesh.enableAutoMtls is a setting of Istio that has no effect here',
    ]);
  });

  it('keeps the default format of the access log when Envoy would refuse the one written', () => {
    const result = config({ mesh: 'accessLogFormat: "%DURATION% 100% %REQ(X"\n' });
    expect(result.accessLog.format).toBeUndefined();
    expect(told(result)).toEqual([
      expect.stringMatching(/^error data\.mesh\.accessLogFormat: .*"% %REQ\(X" is no operator.*%% for a percent sign/),
    ]);
  });

  it('says that mcpServer has no effect, when it is switched on', () => {
    expect(
      told(config({ higress: 'mcpServer: {enable: false, sse_path_suffix: /sse, redis: {address: "r:1"}}\n' })),
    ).toEqual([]);
    expect(told(config({ higress: 'mcpServer: {enable: true, servers: [{name: a, path: /a}]}\n' }))).toEqual([
      'warning data.higress.mcpServer: data.higress.mcpServer is not supported yet and has no effect (serve MCP by a WasmPlugin whose url names mcp-server, with the servers in its rules)',
    ]);
  });

  it('tells the value that is wrong, unless the name of the field says that it is a secret', () => {
    const { problems } = config({
      higress:
        'downstream: {idleTimeout: "5 minutes"}\ntracing: {enable: true, skywalking: {service: a, port: "x", access_token: 7}}\n',
    });
    expect(problems.map(({ origin, value }) => [origin.path, value])).toEqual([
      ['data.higress.downstream.idleTimeout', '5 minutes'],
      ['data.higress.tracing.skywalking.port', 'x'],
      ['data.higress.tracing.skywalking.access_token', undefined],
    ]);
    expect(JSON.stringify(problems)).not.toContain('7');
  });

  it('falls back by section and says so', () => {
    const result = config({
      higress: `
tracing: {enable: true, skywalking: {service: ""}}
gzip: {enable: true, windowBits: 99}
downstream: {idleTimeout: "5"}
upstream: {idleTimeout: 3, buffers: 1}
disableXEnvoyHeaders: "true"
`,
    });
    expect(result).toMatchObject({
      downstream: { idleTimeoutMs: 180_000, disableXEnvoyHeaders: false },
      upstreamIdleTimeoutMs: 3000,
    });
    expect(result.problems.map(({ severity, origin }) => `${severity} ${origin.path}`)).toEqual([
      'error data.higress.downstream.idleTimeout',
      'warning data.higress.upstream.buffers',
      'error data.higress.disableXEnvoyHeaders',
      'error data.higress.tracing.skywalking.service',
      'error data.higress.tracing.skywalking.port',
      'error data.higress.gzip.windowBits',
    ]);
    expect(result.problems[0]?.hint).toBe('the whole section downstream keeps its defaults until this is mended');
  });

  it('keeps what was last good where the new version is wrong, and takes the rest', () => {
    const good = config({
      higress: 'downstream: {idleTimeout: 5}\nupstream: {idleTimeout: 6}\ngzip: {enable: true}\naddXRealIpHeader: true',
      mesh: 'accessLogFile: /tmp/a.log\naccessLogFormat: "%DURATION%"',
    });
    const next = config(
      {
        higress:
          'downstream: {idleTimeout: soon}\nupstream: {idleTimeout: 7}\ngzip: {chunkSize: 0}\naddXRealIpHeader: 1',
        mesh: 'accessLogFile: relative\naccessLogEncoding: JSON\naccessLogFormat: "%"',
      },
      undefined,
      good,
    );
    expect(next).toMatchObject({
      downstream: { idleTimeoutMs: 5000, addXRealIpHeader: true },
      upstreamIdleTimeoutMs: 7000,
      compression: good.compression,
      accessLog: { path: '/tmp/a.log', encoding: 'JSON', format: '%DURATION%' },
    });
    expect(good.compression?.chunkSize).toBe(4096);
    expect(next.problems.map(({ hint }) => hint)[0]).toBe(
      'the whole section downstream stays as it was until this is mended',
    );
    const unreadable = config({ higress: 'a: [', mesh: '- 1' }, undefined, next);
    expect({ ...unreadable, problems: [] }).toEqual({ ...next, problems: [] });
    expect(told(unreadable)).toEqual([
      expect.stringMatching(/^error data.higress: .*is not YAML.*what was last good is in force/),
      expect.stringMatching(/^error data.mesh: .*must be a map.*what was last good is in force/),
    ]);
    expect(config({}, undefined, next).downstream).toEqual(config({}).downstream);
  });

  it('survives what is no map', () => {
    for (const higress of [
      'a: [',
      '- 1',
      '5',
      '{downstream: 5, gzip: [], tracing: text}',
      '&a [*a]',
      '__proto__: {x: 1}',
    ]) {
      expect(config({ higress, mesh: higress }).downstream.idleTimeoutMs).toBe(180_000);
    }
  });
});
