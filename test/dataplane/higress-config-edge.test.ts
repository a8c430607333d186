/** What `mesh` of `higress-config` says of the sockets that face clients: TLS, HTTP/2, HTTP/3, the PROXY protocol; and of look-ups of names. */
import { connect as connectTcp } from 'node:net';
import { type ConnectionOptions, connect } from 'node:tls';
import { afterAll, beforeEach, describe, expect, it } from '@jest/globals';
import { selfSigned } from '#test/certificate.ts';
import { type Envoy, startEnvoy } from '#test/envoy.ts';
import { eventually } from '#test/gateway.ts';
import { configSuite } from '#test/higress-config.ts';
import { send } from '#test/send.ts';

const ingress = (name: string, host: string, annotations: Record<string, string> = {}, destination?: string) =>
  JSON.stringify({
    apiVersion: 'networking.k8s.io/v1',
    kind: 'Ingress',
    metadata: {
      name,
      annotations: { ...annotations, ...(destination ? { 'higress.io/destination': destination } : {}) },
    },
    spec: {
      ingressClassName: 'higress',
      tls: [{ hosts: [host], secretName: 'pair' }],
      rules: [
        {
          host,
          http: {
            paths: [
              {
                path: '/',
                pathType: 'Prefix',
                backend: destination
                  ? { resource: { apiGroup: 'networking.higress.io', kind: 'McpBridge', name: 'default' } }
                  : { service: { name: 'web', port: { number: 80 } } },
              },
            ],
          },
        },
      ],
    },
  });
const { cert, key } = selfSigned('tls.test', 'old.test', 'named.test', 'client.test');
const secret = JSON.stringify({
  apiVersion: 'v1',
  kind: 'Secret',
  metadata: { name: 'pair' },
  type: 'kubernetes.io/tls',
  stringData: { 'tls.crt': cert, 'tls.key': key, 'ca.crt': cert },
});
const bridge = JSON.stringify({
  apiVersion: 'networking.higress.io/v1',
  kind: 'McpBridge',
  metadata: { name: 'default', namespace: 'higress-system' },
  spec: { registries: [{ type: 'dns', name: 'named', domain: 'named.localhost', port: 80 }] },
});

const suite = configSuite(
  ({ headers }, response) => {
    response.setHeader('x-saw', String(headers['x-forwarded-for']));
    response.setHeader('x-proto', String(headers['x-forwarded-proto']));
    response.end('hello');
  },
  {
    'secret.yaml': secret,
    'bridge.yaml': bridge,
    'tls.yaml': ingress('tls', 'tls.test'),
    'old.yaml': ingress('old', 'old.test', { 'higress.io/tls-max-protocol-version': 'TLSv1.2' }),
    'named.yaml': ingress('named', 'named.test', {}, 'named.dns'),
  },
);

/** What a TLS client gets; the code of the error when there is no handshake. */
function handshake(servername: string, options: ConnectionOptions = {}): Promise<string> {
  return new Promise((resolve) => {
    const base = { host: '127.0.0.1', port: suite.tlsPort, servername, rejectUnauthorized: false };
    const socket = connect({ ...base, ...options }, () => {
      resolve(`${socket.getProtocol()} ${socket.getCipher().name} ${socket.alpnProtocol || 'none'}`);
      socket.destroy();
    });
    socket.on('error', (error: NodeJS.ErrnoException) => resolve(`refused ${error.code}`));
  });
}
const BOTH = { ALPNProtocols: ['h2', 'http/1.1'] };
const OLD: ConnectionOptions = { maxVersion: 'TLSv1.2' };
const set = (settings: object) => suite.configure({}, { mseIngressGlobalConfig: settings });

/** Bytes sent on a fresh connection, and what comes back until it is closed. */
function raw(port: number, text: string): Promise<string> {
  return new Promise((resolve) => {
    let back = '';
    const socket = connectTcp({ host: '127.0.0.1', port }, () => socket.write(text));
    socket.on('data', (part: Buffer) => {
      back += part.toString();
    });
    socket.on('error', () => undefined);
    socket.on('close', () => resolve(back));
  });
}

let client: Envoy | undefined;
afterAll(() => client?.stop());

beforeEach(async () => {
  suite.configure({});
  await eventually('the defaults', async () => /^TLSv1.3 .* h2$/.test(await handshake('tls.test', BOTH)));
  await eventually('the defaults', async () => (await handshake('tls.test', OLD)).startsWith('TLSv1.2'));
}, 30_000);

describe('higress-config: mesh:', () => {
  it('tlsMinProtocolVersion, tlsMaxProtocolVersion: for hosts that say nothing of their own', async () => {
    set({ tlsMinProtocolVersion: 'TLSv1.3' });
    await eventually('TLS 1.2 is refused', async () => (await handshake('tls.test', OLD)).startsWith('refused'));
    expect(await handshake('tls.test')).toMatch(/^TLSv1.3/);
    expect(await handshake('old.test')).toMatch(/^TLSv1.2/);
    set({ tlsMaxProtocolVersion: 'TLSv1.2' });
    await eventually('no TLS 1.3', async () => (await handshake('tls.test')).startsWith('TLSv1.2'));
    expect(await suite.problems()).toEqual([]);
  });

  it('tlsCipherSuites: those only; names that Envoy does not know are told and left out', async () => {
    set({ tlsCipherSuites: ['ECDHE-ECDSA-AES256-GCM-SHA384', 'ROT13'], tlsMaxProtocolVersion: 'TLSv1.2' });
    const only = 'TLSv1.2 ECDHE-ECDSA-AES256-GCM-SHA384 h2';
    await eventually('the cipher', async () => (await handshake('tls.test', BOTH)) === only);
    const other = { ...OLD, ciphers: 'ECDHE-ECDSA-AES128-GCM-SHA256' };
    expect(await handshake('tls.test', other)).toMatch(/^refused/);
    expect(await suite.problems()).toEqual([
      'warning data.mesh.mseIngressGlobalConfig.tlsCipherSuites[1]: data.mesh.mseIngressGlobalConfig.tlsCipherSuites[1]: cipher ROT13 is unknown to Envoy and left out',
    ]);
  });

  it('defaultConfig.disableAlpnH2: TLS clients are offered HTTP/1.1 only', async () => {
    suite.configure({}, { defaultConfig: { disableAlpnH2: true } });
    await eventually('no h2', async () => (await handshake('tls.test', BOTH)).endsWith(' http/1.1'));
    expect((await send(suite.tlsPort, '/', { host: 'tls.test', sni: 'tls.test' })).status).toBe(200);
  });

  it('enableProxyProtocol: the address is that of its header, and clients without it are cut off', async () => {
    const http = 'GET / HTTP/1.1\r\nhost: a.test\r\nconnection: close\r\n\r\n';
    set({ enableProxyProtocol: true });
    const header = 'PROXY TCP4 203.0.113.7 127.0.0.1 1234 80\r\n';
    await eventually('the address', async () => (await raw(suite.port, header + http)).includes('x-saw: 203.0.113.7'));
    expect(await raw(suite.port, http)).toBe('');
    expect(await handshake('tls.test')).toMatch(/^refused/);
  });

  it('enableH3: the same hosts over QUIC, and alt-svc in answers over TLS', async () => {
    // old.test allows TLS 1.2 at most.
    suite.gateway.remove('old.yaml');
    set({ enableH3: true });
    const overTls = () => send(suite.tlsPort, '/', { host: 'tls.test', sni: 'tls.test' });
    await eventually('alt-svc', async () => (await overTls()).headers['alt-svc'] !== undefined);
    expect((await overTls()).headers['alt-svc']).toBe(`h3=":${suite.tlsPort}"; ma=86400`);
    expect((await suite.ask('/')).headers['alt-svc']).toBeUndefined();
    client = await startEnvoy(http3Client(suite.tlsPort));
    await client.ready();
    const port = await client.listenerPort('plain');
    const reply = await eventually('an answer over HTTP/3', async () => {
      const one = await send(port, '/', { host: 'tls.test' });
      return one.status === 200 && one;
    });
    expect(reply.headers['x-proto']).toBe('https');
    expect(await client.stat('cluster.gateway.upstream_cx_http3_total')).toBeGreaterThan(0);
    expect((await send(port, '/', { host: 'unknown.test' })).status).toBe(404);
    expect(await suite.problems()).toEqual([]);
    suite.gateway.write(
      'client.yaml',
      ingress('client', 'client.test', { 'higress.io/auth-tls-secret': 'default/pair' }),
    );
    await eventually('no more alt-svc', async () => (await overTls()).headers['alt-svc'] === undefined);
    expect(await suite.problems()).toEqual([
      expect.stringMatching(/^warning data.mesh.mseIngressGlobalConfig.enableH3: .*client\.test asks for client cert/),
    ]);
    expect((await overTls()).status).toBe(200);
    suite.gateway.remove('client.yaml');
    suite.gateway.write('old.yaml', ingress('old', 'old.test', { 'higress.io/tls-max-protocol-version': 'TLSv1.2' }));
  }, 40_000);

  it('dnsRefreshRate: how often Envoy looks up names', async () => {
    expect(await suite.envoy()).not.toContain('dns_refresh_rate');
    suite.configure({}, { dnsRefreshRate: '1m5s' });
    await eventually('65 s', async () => (await suite.envoy()).includes('"dns_refresh_rate":"65s"'));
    suite.configure({}, { dnsRefreshRate: 'often' });
    await eventually('told', async () => (await suite.problems()).length === 1);
    expect(await suite.problems()).toEqual([expect.stringMatching(/^error data.mesh.dnsRefreshRate: .*60s/)]);
    expect(await suite.envoy()).toContain('"dns_refresh_rate":"65s"');
  });

  it('what has no effect is told: proxyStatsMatcher, settings of Istio; what is wrong stays as it was', async () => {
    set({ tlsMinProtocolVersion: 'TLSv1.3' });
    await eventually('TLS 1.2 is refused', async () => (await handshake('tls.test', OLD)).startsWith('refused'));
    suite.configure(
      {},
      {
        mseIngressGlobalConfig: { tlsMinProtocolVersion: 'TLSv1.3', tlsMaxProtocolVersion: 'TLSv1.2', enableH4: true },
        defaultConfig: { meshId: 'x', disableAlpnH2: 'no', proxyStatsMatcher: { inclusionRegexps: ['http.*'] } },
        enableAutoMtls: true,
      },
    );
    await eventually('told', async () => (await suite.problems()).length === 6);
    expect((await suite.problems()).map((text) => text.replace(/: .*/, ''))).toEqual([
      'error data.mesh.defaultConfig.disableAlpnH2',
      'warning data.mesh.defaultConfig.meshId',
      'warning data.mesh.defaultConfig.proxyStatsMatcher',
      'warning data.mesh.enableAutoMtls',
      'error data.mesh.mseIngressGlobalConfig',
      'warning data.mesh.mseIngressGlobalConfig.enableH4',
    ]);
    expect(await handshake('tls.test', OLD)).toMatch(/^refused/);
    suite.configure({}, { defaultConfig: { proxyStatsMatcher: { inclusionRegexps: ['.*'] } } });
    await eventually('nothing to tell', async () => (await suite.problems()).length === 0);
  });
});

/** An Envoy that takes plain HTTP and asks the gateway over QUIC. */
function http3Client(port: number): Record<string, unknown> {
  const type = (name: string) => `type.googleapis.com/envoy.extensions.${name}`;
  const manager = {
    '@type': type('filters.network.http_connection_manager.v3.HttpConnectionManager'),
    stat_prefix: 'plain',
    route_config: {
      virtual_hosts: [
        { name: 'all', domains: ['*'], routes: [{ match: { prefix: '/' }, route: { cluster: 'gateway' } }] },
      ],
    },
    http_filters: [
      { name: 'envoy.filters.http.router', typed_config: { '@type': type('filters.http.router.v3.Router') } },
    ],
  };
  const address = (port_value: number, protocol?: string) => ({
    socket_address: { address: '127.0.0.1', port_value, ...(protocol ? { protocol } : {}) },
  });
  return {
    static_resources: {
      listeners: [
        {
          name: 'plain',
          address: address(0),
          filter_chains: [{ filters: [{ name: 'http', typed_config: manager }] }],
        },
      ],
      clusters: [
        {
          name: 'gateway',
          type: 'STATIC',
          connect_timeout: '5s',
          load_assignment: {
            cluster_name: 'gateway',
            endpoints: [{ lb_endpoints: [{ endpoint: { address: address(port) } }] }],
          },
          typed_extension_protocol_options: {
            'envoy.extensions.upstreams.http.v3.HttpProtocolOptions': {
              '@type': type('upstreams.http.v3.HttpProtocolOptions'),
              explicit_http_config: { http3_protocol_options: {} },
            },
          },
          transport_socket: {
            name: 'envoy.transport_sockets.quic',
            typed_config: {
              '@type': type('transport_sockets.quic.v3.QuicUpstreamTransport'),
              upstream_tls_context: {
                sni: 'tls.test',
                common_tls_context: { validation_context: { trusted_ca: { inline_string: cert } } },
              },
            },
          },
        },
      ],
    },
  };
}
