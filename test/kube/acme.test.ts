/** Certificates from a real CA (Pebble), whose look for the answer to its challenge succeeds whichever replica is asked and whatever the host does besides. */

import { execFileSync } from 'node:child_process';
import { X509Certificate } from 'node:crypto';
import { join } from 'node:path';
import { connect } from 'node:tls';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { solverIngress, solverName } from '#app/controller/acme/solver-ingress.ts';
import { selfSigned } from '../support/certificate.ts';
import {
  type ControllerPorts,
  controllerPorts,
  mountSecret,
  type Process,
  startController,
  startGatewayEnvoy,
  temporaryDir,
} from '../support/controller.ts';
import type { Envoy } from '../support/envoy.ts';
import { eventually, fetchRaw } from '../support/gateway.ts';
import { installCrds, type KubeNamespace, kubeconfigOf, kubectl, kubeNamespace } from '../support/kube.ts';
import { type ServiceScript, serviceScript } from '../support/service-script.ts';

const HOST = 'shop.example.com';
const CHART = fileURLToPath(new URL('../../charts/higress', import.meta.url));
const GUARDED = 'guarded.example.com';
const TOKEN = 'a-token_1';
const PATH = `/.well-known/acme-challenge/${TOKEN}`;
/** Short, so that a renewal can be waited for: with `renewBeforeDays: 89` it is due after 4 s. */
const LIFETIME_SECONDS = 360;
const dir = temporaryDir();
let system: KubeNamespace;
let ports: ControllerPorts;
let otherPorts: ControllerPorts;
let controllers: Process[] = [];
let envoy: Envoy;
let pebble: ServiceScript;

/** What the chart lets the controller do. */
const chartRights = () => {
  const files = ['rbac', 'serviceaccount'].flatMap((name) => ['-s', `templates/controller/${name}.yaml`]);
  const email = ['--set', 'controller.automaticHttps.email=ops@example.com'];
  return String(execFileSync('helm', ['template', 'higress', CHART, '--namespace', system.name, ...files, ...email]));
};

beforeAll(async () => {
  await installCrds();
  system = await kubeNamespace('acme');
  [ports, otherPorts] = await Promise.all([controllerPorts(), controllerPorts()]);
  pebble = await serviceScript('pebble', [1, 2, 3], {
    PEBBLE_HTTP_PORT: String(ports.gatewayHttp),
    PEBBLE_LIFETIME: String(LIFETIME_SECONDS),
  });
  pebble.start();
  await kubectl(['apply', '-f', '-'], chartRights());
  const kubeconfig = await kubeconfigOf(system.name, 'higress-controller');
  controllers = [ports, otherPorts].map((one, n) =>
    startController({
      namespace: system.name,
      ports: { ...one, gatewayHttp: ports.gatewayHttp, gatewayHttps: ports.gatewayHttps },
      ingressClass: system.name,
      dir: dir.path,
      podName: `controller-${n}`,
      kubeconfig,
      args: [
        ['--enableAutomaticHttps', 'true'],
        ['--automaticHttpsEmail', 'ops@example.com'],
        ['--acmeDirectory', `https://localhost:${pebble.port}/dir`],
      ].flat(),
      env: { NODE_EXTRA_CA_CERTS: join(pebble.state, `pebble-${pebble.port}.crt`) },
    }),
  );
  await mountSecret(system.name, 'higress-xds-gateway', `${dir.path}/gateway`);
  envoy = await startGatewayEnvoy(ports, `${dir.path}/gateway`);
}, 180_000);

afterAll(async () => {
  await envoy?.stop();
  for (const controller of controllers) await controller.kill();
  pebble?.dispose();
  await kubectl(['delete', '--ignore-not-found', '-f', '-'], chartRights());
  await system?.dispose();
  dir.remove();
});

const answer = async (port: number, path: string, host = 'controller') => {
  const { status, body } = await fetchRaw(`http://127.0.0.1:${port}${path}`, { headers: { host } });
  return `${status} ${body}`.trim();
};

/** The controller's Service, as far as this machine can reach it. */
const service = () =>
  JSON.stringify({
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name: 'higress-controller' },
    spec: { type: 'ExternalName', externalName: 'localhost' },
  });

const ingress = (name: string, host: string, annotations: Record<string, string>, tls: readonly object[] = []) =>
  JSON.stringify({
    apiVersion: 'networking.k8s.io/v1',
    kind: 'Ingress',
    metadata: { name, annotations },
    spec: {
      ingressClassName: system.name,
      tls,
      rules: [
        {
          host,
          http: {
            paths: ['/', '/.well-known'].map((path) => ({
              path,
              pathType: 'Prefix',
              backend: { service: { name: 'higress-controller', port: { number: 9 } } },
            })),
          },
        },
      ],
    },
  });

describe('the answer to a challenge', () => {
  it('is given by every replica as soon as the Secret has it, and by none when it is gone', async () => {
    for (const { challenges } of [ports, otherPorts]) {
      await eventually('nobody asked yet', async () => (await answer(challenges, PATH)) === '404', 30_000);
    }
    // A leader that is elected now removes what it takes for the rest of another one's work.
    await eventually('the answer', async () => {
      await system.apply(
        JSON.stringify({
          apiVersion: 'v1',
          kind: 'Secret',
          metadata: { name: 'higress-acme-challenges' },
          stringData: { [TOKEN]: 'the-answer' },
        }),
      );
      return (await answer(ports.challenges, PATH)) === '200 the-answer';
    });
    for (const { challenges } of [ports, otherPorts]) {
      expect(await answer(challenges, PATH)).toBe('200 the-answer');
      expect(await answer(challenges, `${PATH}2`)).toBe('404');
      expect(await answer(challenges, '/.well-known/acme-challenge/__proto__')).toBe('404');
      expect(await answer(challenges, '/')).toBe('404');
    }
  }, 60_000);

  it('is reached through the gateway past a redirect to HTTPS and a plugin for everything', async () => {
    await system.apply(service());
    await system.apply(ingress('shop', HOST, { 'higress.io/ssl-redirect': 'true' }));
    await system.apply(ingress('guarded', GUARDED, {}));
    await system.apply(`apiVersion: extensions.higress.io/v1alpha1
kind: WasmPlugin
metadata: { name: block }
spec: { url: "oci://example.com/plugins/request-block:1.0.0", defaultConfig: { block_urls: ["acme-challenge"] } }
`);
    const own = { name: 'higress-controller', port: ports.challenges };
    const place = { namespace: system.name, ingressClass: system.name, service: own };
    for (const [host, before] of [
      [HOST, '308'],
      [GUARDED, '403'],
    ] as const) {
      const ask = (path: string) => answer(ports.gatewayHttp, path, host);
      await eventually(`${host} answers ${before}`, async () => (await ask(PATH)).startsWith(before), 30_000);
      await system.apply(JSON.stringify(solverIngress(host, TOKEN, place)));
      await eventually(`${host} leads to the answer`, async () => (await ask(PATH)) === '200 the-answer');
      expect((await ask(`${PATH}2`)).slice(0, 3)).toBe(before);
      await system.kubectl(['delete', 'ingress', solverName(host)]);
      await eventually(`${host} is as before`, async () => (await ask(PATH)).startsWith(before));
    }
  }, 90_000);
});

interface StoredCertificate {
  readonly type: string;
  readonly metadata: { readonly annotations: Record<string, string>; readonly ownerReferences?: unknown };
  readonly data: Record<string, string>;
}

/** What the gateway shows for a server name; undefined while it refuses the handshake. */
const shown = (servername: string): Promise<X509Certificate | undefined> =>
  new Promise((resolve) => {
    const socket = connect(
      { host: '127.0.0.1', port: ports.gatewayHttps, servername, rejectUnauthorized: false },
      () => {
        resolve(socket.getPeerX509Certificate());
        socket.destroy();
      },
    );
    socket.on('error', () => resolve(undefined));
  });

const stored = async (name: string) => (await system.get('secret', name)) as unknown as StoredCertificate;
const pem = ({ data }: StoredCertificate) => Buffer.from(data['tls.crt'] ?? '', 'base64').toString();

const configure = (credentials: readonly object[], renewBeforeDays = 30) =>
  system.apply(
    JSON.stringify({
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { name: 'higress-https' },
      data: { cert: JSON.stringify({ automaticHttps: true, renewBeforeDays, credentialConfig: credentials }) },
    }),
  );
const credential = (domain: string, tlsSecret: string) => ({ domains: [domain], tlsIssuer: 'letsencrypt', tlsSecret });

const events = async (reason: string) => {
  const text = await system.kubectl(['get', 'events', '-o', 'json']);
  const { items } = JSON.parse(text) as {
    items: { reason: string; message: string; involvedObject: { kind: string; name: string } }[];
  };
  return items.filter((one) => one.reason === reason);
};

describe('automatic HTTPS', () => {
  it('gets a certificate from the CA for a host that only redirects to HTTPS, and leaves nothing of the challenge', async () => {
    await system.apply(service());
    await system.apply(ingress('shop', HOST, { 'higress.io/ssl-redirect': 'true' }, [{ hosts: [HOST] }]));
    await configure([credential(HOST, 'shop-cert')]);
    const certificate = await eventually('a certificate', () => shown(HOST), 60_000);
    expect(certificate?.issuer).toMatch(/Pebble/);
    expect(certificate?.subjectAltName).toBe(`DNS:${HOST}`);
    const secret = await stored('shop-cert');
    expect(new X509Certificate(pem(secret)).fingerprint256).toBe(certificate?.fingerprint256);
    expect(secret.type).toBe('kubernetes.io/tls');
    const date = /^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d$/;
    expect(secret.metadata.annotations).toMatchObject({
      'higress.io/cert-domain': HOST,
      'higress.io/cert-source': 'letsencrypt',
      'higress.io/cert-notBefore': expect.stringMatching(date),
      'higress.io/cert-notAfter': expect.stringMatching(date),
      'higress.io/cert-renew': 'false',
    });
    await eventually('no challenge is left', async () => {
      const challenges = await stored('higress-acme-challenges');
      const left = await system.kubectl(['get', 'ingress', '-o', 'name']);
      return !left.includes('http-solver') && Object.keys(challenges.data ?? {}).every((token) => token === TOKEN);
    });
    for (const name of ['shop-cert', 'higress-acme-account']) {
      expect((await stored(name)).metadata.ownerReferences).toBeUndefined();
    }
    const key = Buffer.from(secret.data['tls.key'] ?? '', 'base64').toString();
    const secretLine = key.split('\n')[1] ?? '';
    expect(secretLine.length).toBeGreaterThan(20);
    for (const { log } of controllers) expect(log).not.toContain(secretLine);
  }, 120_000);

  it('renews it ahead of its end', async () => {
    const before = new X509Certificate(pem(await stored('shop-cert'))).fingerprint256;
    await configure([credential(HOST, 'shop-cert')], 89);
    await eventually('another certificate', async () => (await shown(HOST))?.fingerprint256 !== before, 60_000);
    await configure([credential(HOST, 'shop-cert')]);
    expect((await stored('shop-cert')).metadata.annotations).toMatchObject({
      'higress.io/cert-renew': 'true',
      'higress.io/cert-renew-time': expect.stringMatching(/^\d{4}-/),
    });
  }, 120_000);

  it('tells what the CA refuses and leaves Secrets of others alone, while the rest gets its certificates', async () => {
    const own = selfSigned('own.example.com');
    const files = { 'tls.crt': own.cert, 'tls.key': own.key };
    await system.apply(
      JSON.stringify({
        apiVersion: 'v1',
        kind: 'Secret',
        metadata: { name: 'own' },
        type: 'kubernetes.io/tls',
        stringData: files,
      }),
    );
    await system.apply(ingress('other', 'other.example.com', {}, [{ hosts: ['other.example.com'] }]));
    await configure([
      credential('blocked.example.com', 'blocked-cert'),
      credential('own.example.com', 'own'),
      credential('far.example.com', 'default/far-cert'),
      credential('other.example.com', 'other-cert'),
    ]);
    await eventually('the certificate', () => shown('other.example.com'), 60_000);
    const failed = await eventually('the events', async () => {
      const found = await events('CertificateNotIssued');
      return found.length > 1 && found;
    });
    const about = { kind: 'ConfigMap', name: 'higress-https' };
    expect(failed.filter(({ message }) => message.includes('far.example.com'))).toMatchObject([
      { involvedObject: about, message: expect.stringMatching(/forbidden.*allow the controller.*namespace default/s) },
    ]);
    expect(failed.filter(({ message }) => !message.includes('far.example.com'))).toMatchObject([
      {
        involvedObject: about,
        message: expect.stringMatching(/credentialConfig\[0\].*blocked\.example\.com.*next try/s),
      },
    ]);
    const foreign = await eventually('an event', async () => {
      const found = await events('SecretNotOurs');
      return found.length > 0 && found;
    });
    expect(foreign).toMatchObject([{ involvedObject: about, message: expect.stringContaining('tlsSecret') }]);
    expect(pem(await stored('own'))).toBe(own.cert);
  }, 120_000);
});
