/**
 * An ordinary upstream for tests: answers with what it saw, as JSON, and remembers it. Requests may ask it to fail: `x-echo-status: 503` answers
 * with that status, `x-echo-hang` never answers, `x-echo-break` cuts the connection; `x-echo-fails: 2` limits that to the first two requests of a path.
 */
import { createServer, type IncomingHttpHeaders } from 'node:http';
import { UPSTREAM } from './upstream.ts';

export interface Seen {
  readonly name: string;
  readonly method: string;
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

export interface Echo {
  readonly port: number;
  readonly seen: readonly Seen[];
  stop(): Promise<void>;
}

export async function startEcho(name = 'echo'): Promise<Echo> {
  const seen: Seen[] = [];
  const server = createServer(UPSTREAM, async (request, response) => {
    const parts: Buffer[] = [];
    for await (const part of request) parts.push(part as Buffer);
    const one: Seen = {
      name,
      method: request.method ?? '',
      path: request.url ?? '',
      headers: request.headers,
      body: Buffer.concat(parts).toString('utf8'),
    };
    seen.push(one);
    const {
      'x-echo-status': wanted,
      'x-echo-fails': times,
      'x-echo-hang': hang,
      'x-echo-break': cut,
    } = request.headers;
    const nth = seen.filter(({ path, headers }) => path === one.path && headers.host === one.headers.host).length;
    const well = times !== undefined && nth > Number(times);
    if (!well && hang !== undefined) return;
    if (!well && cut !== undefined) return void request.socket.destroy();
    const status = well ? 200 : Number(wanted ?? 200);
    response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(one));
  });
  await new Promise<void>((resolve) => server.listen({ host: '127.0.0.1', port: 0 }, resolve));
  const bound = server.address();
  return {
    port: typeof bound === 'object' && bound !== null ? bound.port : 0,
    seen,
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

/** A Service with one EndpointSlice on loopback, as YAML. */
export function serviceYaml(name: string, port: number, namespace = 'default'): string {
  return `apiVersion: v1
kind: Service
metadata: { name: ${name}, namespace: ${namespace} }
spec:
  ports: [{ name: http, port: 80, targetPort: ${port} }]
---
apiVersion: discovery.k8s.io/v1
kind: EndpointSlice
metadata: { name: ${name}-1, namespace: ${namespace}, labels: { kubernetes.io/service-name: ${name} } }
addressType: IPv4
endpoints: [{ addresses: ["127.0.0.1"], conditions: { ready: true } }]
ports: [{ name: http, port: ${port} }]
`;
}

/** An Ingress of class higress with one host and one Prefix path. */
export function ingressYaml(
  name: string,
  host: string,
  path: string,
  service: string,
  annotations: Readonly<Record<string, string>> = {},
): string {
  const notes = Object.entries(annotations).map(([key, value]) => `    ${key}: ${JSON.stringify(value)}`);
  return `apiVersion: networking.k8s.io/v1
kind: Ingress
metadata:
  name: ${name}
  annotations:
    example.com/test: "true"
${notes.join('\n')}
spec:
  ingressClassName: higress
  rules:
  - ${host === '' ? '' : `host: "${host}"\n    `}http:
      paths:
      - path: ${path}
        pathType: Prefix
        backend: { service: { name: ${service}, port: { number: 80 } } }
`;
}
