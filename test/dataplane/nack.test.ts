/** What Envoy alone can refuse: it is traced to the object that asked for it, and everything else keeps serving and changing. */
import { request } from 'node:https';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { selfSigned } from '../support/certificate.ts';
import { type Echo, ingressYaml, serviceYaml, startEcho } from '../support/echo.ts';
import { eventually, fetchRaw, type Gateway, startGateway } from '../support/gateway.ts';

const pair = selfSigned('good.example.com', 'bad.example.com');
const base64 = (text: string) => Buffer.from(text).toString('base64');

const secret = `apiVersion: v1
kind: Secret
metadata: { name: cert }
type: kubernetes.io/tls
data: { tls.crt: ${base64(pair.cert)}, tls.key: ${base64(pair.key)} }
`;

const tlsIngress = (name: string, host: string, annotations: string) => `apiVersion: networking.k8s.io/v1
kind: Ingress
metadata:
  name: ${name}
  annotations: ${annotations}
spec:
  ingressClassName: higress
  tls: [{ hosts: [${host}], secretName: cert }]
  rules:
    - host: ${host}
      http: { paths: [{ path: /, pathType: Prefix, backend: { service: { name: web, port: { number: 80 } } } }] }
`;

let echo: Echo;
let gateway: Gateway;

beforeAll(async () => {
  echo = await startEcho();
  gateway = await startGateway({
    files: {
      'svc.yaml': `${serviceYaml('web', echo.port)}---\n${secret}`,
      'good.yaml': tlsIngress('good', 'good.example.com', '{}'),
    },
  });
}, 90_000);

afterAll(async () => {
  await gateway?.stop();
  await echo?.stop();
});

function tlsStatus(host: string): Promise<number> {
  return new Promise((resolve, reject) => {
    const { hostname, port } = new URL(gateway.urls.https);
    const call = request(
      { host: hostname, port, servername: host, headers: { host }, rejectUnauthorized: false, agent: false },
      (response) => {
        response.resume();
        resolve(response.statusCode ?? 0);
      },
    );
    call.on('error', reject);
    call.end();
  });
}

describe('a resource that Envoy refuses', () => {
  it('is reported on its object and held back; the rest keeps serving, changes still arrive, and mending it clears the report', async () => {
    expect(await tlsStatus('good.example.com')).toBe(200);
    gateway.write('bad.yaml', tlsIngress('bad', 'bad.example.com', '{ higress.io/ssl-cipher: NO-SUCH-CIPHER }'));
    const problem = await eventually('the refusal is told', async () => {
      const { problems } = (await gateway.debug('model')) as {
        problems: { reason: string; message: string; origin: { kind: string; name: string } }[];
      };
      return problems.find(({ origin }) => origin.name === 'bad');
    });
    expect(problem.origin.kind).toBe('Ingress');
    expect(problem.message).toContain('NO-SUCH-CIPHER');
    expect(await tlsStatus('good.example.com')).toBe(200);
    gateway.write('more.yaml', ingressYaml('more', 'more.example.com', '/', 'web'));
    await eventually(
      'another change arrives',
      async () => (await gateway.get('/', { host: 'more.example.com' })).status === 200,
    );
    gateway.write('bad.yaml', tlsIngress('bad', 'bad.example.com', '{}'));
    await eventually('the mended host serves', async () => (await tlsStatus('bad.example.com')) === 200);
    await eventually('nothing is reported any more', async () => {
      const { problems } = (await gateway.debug('model')) as { problems: { origin: { name: string } }[] };
      return problems.every(({ origin }) => origin.name !== 'bad');
    });
    expect((await fetchRaw(`${gateway.urls.admin}/ready`)).status).toBe(200);
    expect(await tlsStatus('good.example.com')).toBe(200);
  }, 60_000);
});
