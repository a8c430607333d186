/** `higress explain` over folders, as a user runs it. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { selfSigned } from '#test/certificate.ts';
import { runCli } from '#test/cli.ts';
import { ingressYaml, serviceYaml } from '#test/echo.ts';

/** Each command is a process of its own. */
jest.setTimeout(60_000);

const pair = selfSigned('*.shop.test');

const FILES: Readonly<Record<string, string>> = {
  'services.yaml': [serviceYaml('web', 8081), serviceYaml('beta', 8082)].join('---\n'),
  'secret.yaml': JSON.stringify({
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: { name: 'pair' },
    type: 'kubernetes.io/tls',
    stringData: { 'tls.crt': pair.cert, 'tls.key': pair.key },
  }),
  'shop.yaml': `apiVersion: networking.k8s.io/v1
kind: Ingress
metadata:
  name: shop
  annotations:
    higress.io/timeout: "5"
    higress.io/rewrite-path: /v2
    higress.io/enable-cors: "true"
    higress.io/route-limit-rps: "3"
    higress.io/whitelist-source-range: 10.0.0.0/8
    nginx.ingress.kubernetes.io/proxy-next-upstream-tries: "4"
spec:
  ingressClassName: higress
  tls:
  - hosts: ["*.shop.test"]
    secretName: pair
  rules:
  - host: "*.shop.test"
    http:
      paths:
      - path: /other
        pathType: Prefix
        backend: { service: { name: web, port: { number: 80 } } }
      - path: /cart
        pathType: Prefix
        backend: { service: { name: web, port: { number: 80 } } }
`,
  'canary.yaml': ingressYaml('beta', '*.shop.test', '/cart', 'beta', {
    'higress.io/canary': 'true',
    'higress.io/canary-weight': '25',
  }),
  'post.yaml': ingressYaml('post', '*.shop.test', '/cart', 'beta', { 'higress.io/match-method': 'POST' }),
  'own.yaml': ingressYaml('own', 'my.shop.test', '/own', 'web', {
    'higress.io/permanent-redirect': 'https://new.test/',
  }),
  'secured.yaml': ingressYaml('secured', 'plain.test', '/', 'web', { 'higress.io/ssl-redirect': 'true' }),
  'bridge.yaml': `apiVersion: networking.higress.io/v1
kind: McpBridge
metadata: { name: default }
spec:
  registries:
  - { name: reg, type: nacos2, domain: nacos.test, port: 8848, nacosGroups: [DEFAULT_GROUP] }
---
apiVersion: networking.k8s.io/v1
kind: Ingress
metadata:
  name: discovered
  annotations: { higress.io/destination: orders.DEFAULT-GROUP.public.nacos }
spec:
  ingressClassName: higress
  rules:
  - host: found.test
    http:
      paths:
      - path: /
        pathType: Prefix
        backend: { resource: { apiGroup: networking.higress.io, kind: McpBridge, name: default } }
`,
  'broken.yaml': ingressYaml('broken', 'broken.test', '/', 'nobody'),
  'plugin.yaml': `apiVersion: extensions.higress.io/v1alpha1
kind: WasmPlugin
metadata: { name: key-auth }
spec:
  url: oci://higress/plugins/key-auth:1.0.0
  phase: AUTHN
  priority: 310
  defaultConfig:
    global_auth: false
    keys: [x-api-key]
    in_header: true
    consumers: [{ name: ann, credential: top-secret-key }]
  matchRules:
  - domain: [other.test]
    config: { allow: [ann, ann] }
  - ingress: [default/shop]
    config: { allow: [ann] }
`,
};

describe('higress explain', () => {
  let dir: string;

  beforeAll(() => {
    dir = mkdtempSync(join(tmpdir(), 'higress-cli-'));
    for (const [name, text] of Object.entries(FILES)) writeFileSync(join(dir, name), text);
  });
  afterAll(() => rmSync(dir, { recursive: true }));

  const explain = (...args: string[]) => runCli(['explain', ...args, '--config-dir', '.'], dir);
  const json = async (...args: string[]) => JSON.parse((await explain(...args, '-o', 'json')).stdout);

  it('tells everything about a request over https, with the place of each', async () => {
    const { status, stdout } = await explain('https://a.shop.test/cart/1?x=y');
    expect(status).toBe(0);
    const [web, beta] = ['web', 'beta'].map((name) => `outbound|80||${name}.default.svc.cluster.local`);
    for (const line of [
      `  is sent to ${web} or ${beta}`,
      'TLS      *.shop.test (the longest wildcard that covers a.shop.test)',
      '         from Ingress default/shop spec.tls[0] at shop.yaml:15',
      '         from Secret default/pair at secret.yaml:1',
      'Host     *.shop.test (the longest wildcard that covers a.shop.test), 3 routes',
      '         from Ingress default/shop spec.rules[0].http.paths[1] at shop.yaml:24',
      '  ip-access: only 10.0.0.0/8',
      '         from Ingress default/shop metadata.annotations.higress.io/whitelist-source-range at shop.yaml:10',
      '  rate-limit: 3 per 1 s, burst 15',
      '  rewrite-path: the matched part becomes /v2',
      '  timeout: 5 s',
      '         from Ingress default/shop metadata.annotations.higress.io/timeout at shop.yaml:6',
      '  retry: 4 times on 5xx',
      '         from Ingress default/shop metadata.annotations.nginx.ingress.kubernetes.io/proxy-next-upstream-tries at shop.yaml:11',
      '     phase AUTHN, priority 310, fails closed',
      '         from WasmPlugin higress-system/key-auth spec.matchRules[1].config at plugin.yaml:17',
      '         from WasmPlugin higress-system/key-auth spec.defaultConfig at plugin.yaml:8',
      `  ${web}: 75 %, http1, round_robin`,
      '     127.0.0.1:8081',
      '         from EndpointSlice default/web-1 at services.yaml:7',
      `  ${beta}: 25 %, http1, round_robin`,
      '         from Ingress default/beta spec.rules[0].http.paths[0].backend at canary.yaml:17',
      '     did not match: method GET is not POST',
    ])
      expect(stdout.split('\n')).toContain(line);
    expect(stdout).toMatch(/1\. key-auth \(higress-system\/key-auth\): native by dynamic_module/);
    expect(stdout).not.toContain('top-secret-key');
  });

  it('follows method and headers', async () => {
    const post = await json('http://a.shop.test/cart', '-X', 'POST');
    expect(post.route.name).toBe('default/post');
    expect(post.candidates).toContainEqual(
      expect.objectContaining({
        name: 'default/shop',
        place: 'after',
        because: ['routes with a method condition are tried first'],
      }),
    );
    const byHeader = await json('http://127.0.0.1:8080/cart', '-H', 'Host: a.shop.test', '-H', 'x: 1');
    expect(byHeader).toMatchObject({ request: { host: 'a.shop.test' }, route: { name: 'default/shop' } });
  });

  it('tells redirects, and rules that a host has from a wildcard', async () => {
    const own = await json('http://my.shop.test/own');
    expect(own.outcome).toEqual({ type: 'redirect', status: 301, location: 'https://new.test/' });
    expect(own.host).toMatchObject({ name: 'my.shop.test', because: 'the exact name', passedOver: ['*.shop.test'] });
    expect((await json('http://my.shop.test/cart')).route).toMatchObject({
      name: 'default/shop',
      inheritedFrom: '*.shop.test',
    });
    const secured = await json('http://plain.test/x?y');
    expect(secured.outcome).toEqual({ type: 'redirect', status: 308, location: 'https://plain.test/x?y' });
  });

  it('does not take a registry that it cannot ask for an empty one', async () => {
    const { stdout } = await explain('http://found.test/');
    expect(stdout).toContain('from McpBridge higress-system/default spec.registries[0] at bridge.yaml:6');
    expect(stdout).toContain('     offline no registry is asked for its instances');
    expect(stdout).toContain(
      'from Ingress default/discovered metadata.annotations.higress.io/destination at bridge.yaml:12',
    );
  });

  it('tells the problems of what takes part', async () => {
    const broken = await json('http://broken.test/');
    expect(broken.problems).toMatchObject([{ origin: { name: 'broken' }, source: { file: 'broken.yaml' } }]);
  });

  it('says what was probably meant when nothing matches', async () => {
    const path = await explain('http://a.shop.test/Cart/1');
    expect(path.status).toBe(1);
    expect(path.stdout).toContain('matches nothing (404): host *.shop.test has no route for GET /Cart/1');
    expect(path.stdout).toContain('Did you mean: /cart');
    const host = await explain('http://plane.test/');
    expect(host.status).toBe(1);
    expect(host.stdout).toContain('no host covers plane.test');
    expect(host.stdout).toContain('Did you mean: plain.test');
    expect(host.stdout).toContain('The configuration has 1 error,');
    const tls = await json('https://plain.test/');
    expect(tls.outcome.because).toBe('no certificate is served for plain.test: the TLS handshake is refused');
    expect(tls.didYouMean).toEqual(['http://plain.test (not served over https)']);
  });

  it('says what is wrong with the question', async () => {
    const wrong = async (...args: string[]) => {
      const { status, stderr } = await runCli(['explain', ...args], dir);
      return [status, stderr];
    };
    expect(await wrong('gopher://a.test', '--config-dir', '.')).toEqual([
      2,
      'higress: "gopher://a.test" is not of http or https; write for example https://shop.example.com/cart\n',
    ]);
    expect(await wrong('a.test', '--config-dir', 'nowhere')).toEqual([
      2,
      'higress: "nowhere" does not exist; name a file or a folder of YAML manifests\n',
    ]);
    const [status, stderr] = await wrong('a.test', '--config-dir', '.', '-o', 'xml');
    expect([status, stderr]).toEqual([1, expect.stringContaining('Allowed choices are text, json')]);
  });
});
