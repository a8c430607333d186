// How long a saved change of one Ingress among many takes to serve: file written -> first request answered by the new route. Prints percentiles.
//   node bench/propagation.mjs [HOSTS] [CHANGES]
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { Agent, createServer, request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const hosts = Number(process.argv[2] ?? 1000);
const changes = Number(process.argv[3] ?? 100);
const root = fileURLToPath(new URL('..', import.meta.url));
const dir = mkdtempSync(join(tmpdir(), 'higress-bench-'));
const upstream = createServer((message, response) => response.end(message.headers['x-round'] ?? '-'));
await new Promise((resolve) => upstream.listen({ host: '127.0.0.1', port: 0 }, resolve));

const ingress = (n, round) => `apiVersion: networking.k8s.io/v1
kind: Ingress
metadata:
  name: h${n}
  annotations: { higress.io/request-header-control-update: x-round r${round} }
spec:
  ingressClassName: higress
  rules:
  - host: h${n}.example.com
    http: { paths: [{ path: /, pathType: Prefix, backend: { service: { name: web, port: { number: 80 } } } }] }
`;
writeFileSync(
  join(dir, 'service.yaml'),
  `apiVersion: v1
kind: Service
metadata: { name: web }
spec: { ports: [{ port: 80, targetPort: ${upstream.address().port} }] }
---
apiVersion: discovery.k8s.io/v1
kind: EndpointSlice
metadata: { name: web-1, labels: { kubernetes.io/service-name: web } }
addressType: IPv4
endpoints: [{ addresses: ["127.0.0.1"] }]
ports: [{ port: ${upstream.address().port} }]
`,
);
for (let n = 0; n < hosts; n += 1) writeFileSync(join(dir, `h${n}.yaml`), ingress(n, 0));

const flags = [
  '--config-dir',
  dir,
  '--http-port',
  '0',
  '--https-port',
  '0',
  '--admin-port',
  '0',
  '--envoy-concurrency',
  '1',
  '--log-level',
  'error',
];
const gateway = spawn(process.execPath, [join(root, 'src/cli/main.ts'), 'standalone', ...flags], {
  stdio: ['ignore', 'pipe', 'inherit'],
});
const began = performance.now();
const url = await new Promise((resolve, reject) => {
  let text = '';
  gateway.stdout.on('data', (data) => {
    text += data;
    const line = text.split('\n').find((one) => one.startsWith('{"event":"ready"'));
    if (line) resolve(new URL(JSON.parse(line).urls.http));
  });
  gateway.on('exit', (code) => reject(new Error(`the gateway ended with status ${code}`)));
});
const startMs = performance.now() - began;
const agent = new Agent({ keepAlive: true, maxSockets: 1 });
const ask = (host) =>
  new Promise((resolve, reject) => {
    const call = request({ host: url.hostname, port: url.port, agent, path: '/', headers: { host } }, (response) => {
      let body = '';
      response.on('data', (part) => (body += part));
      response.on('end', () => resolve(body));
    });
    call.on('error', reject);
    call.end();
  });

const times = [];
for (let round = 1; round <= changes; round += 1) {
  const n = (round * 37) % hosts;
  writeFileSync(join(dir, `h${n}.yaml`), ingress(n, round));
  const from = performance.now();
  while ((await ask(`h${n}.example.com`)) !== `r${round}`) await new Promise((resolve) => setTimeout(resolve, 1));
  times.push(performance.now() - from);
}
times.sort((a, b) => a - b);
const at = (p) => times[Math.min(times.length - 1, Math.floor(p * times.length))].toFixed(1);
console.log(
  `${hosts} hosts: ready after ${(startMs / 1000).toFixed(1)} s; ${changes} changes, saved -> served: p50 ${at(0.5)} ms, p90 ${at(0.9)} ms, p99 ${at(0.99)} ms`,
);
gateway.kill('SIGTERM');
await new Promise((resolve) => gateway.on('exit', resolve));
agent.destroy();
upstream.close();
upstream.closeAllConnections();
rmSync(dir, { recursive: true, force: true });
