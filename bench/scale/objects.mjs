// What the API server is filled with: Services with two ports, their EndpointSlices, and Ingresses that every controller reads in the same way.
import { createServer } from 'node:http';
import { networkInterfaces } from 'node:os';
import { MERGE_PATCH } from '../../src/sources/kube/client.ts';

export const INGRESS_CLASS = 'higress';
const NAMESPACES = 10;
const SERVICES = 100;
/** Ports of each Service; what answers behind them says which one it was. */
const PORTS = [80, 81];
/** Requests at a time. */
export const WRITERS = 24;

const WORDS =
  'amber birch cedar delta ember flint grove haven iris jade kite lark maple north ocean pearl quartz river stone thyme'.split(
    ' ',
  );
const word = (n, place) => WORDS[Math.floor(n / WORDS.length ** place) % WORDS.length];
const namespaceOf = (n) => `team-${n % NAMESPACES}`;
const collection = (n) => `/apis/networking.k8s.io/v1/namespaces/${namespaceOf(n)}/ingresses`;
const path = (n) => `${collection(n)}/app-${n}`;

/** An upstream for each port of the Services; its answers are the number of the port. */
export async function startUpstreams() {
  const servers = PORTS.map((port) => createServer((_, response) => response.end(String(port))));
  for (const server of servers) {
    server.keepAliveTimeout = 600_000;
    await new Promise((resolve) => server.listen({ host: '0.0.0.0', port: 0 }, resolve));
  }
  return {
    ports: servers.map((server) => server.address().port),
    close: () => {
      for (const server of servers) {
        server.closeAllConnections();
        server.close();
      }
    },
  };
}

/** The API server refuses endpoints on loopback. */
function endpointAddress() {
  const found = Object.values(networkInterfaces())
    .flat()
    .find(({ family, internal }) => family === 'IPv4' && !internal);
  if (found === undefined) throw new Error('this machine has no IPv4 address besides loopback, which endpoints need');
  return found.address;
}

/** `names`: "numbered" or "words". */
export class Objects {
  /** Where an edit has led an Ingress since it was created. */
  #turns = new Map();

  constructor(client, names) {
    this.client = client;
    this.names = names;
  }

  host(n) {
    return this.names === 'words'
      ? `${word(n, 0)}-${word(n, 1)}.${word(n, 2)}${word(n, 3)}.example.com`
      : `app-${String(n).padStart(5, '0')}.example.com`;
  }

  /** The answer of the host's upstream. All ports of all Services are in use from 200 Ingresses on, so that no edit brings a new upstream. */
  answer(n) {
    return String(PORTS[(Math.floor(n / SERVICES) + (this.#turns.get(n) ?? 0)) % PORTS.length]);
  }

  async prepareServices(upstreamPorts) {
    const address = endpointAddress();
    for (let n = 0; n < NAMESPACES; n += 1)
      await this.#create('/api/v1/namespaces', { metadata: { name: namespaceOf(n) } });
    for (let n = 0; n < SERVICES; n += 1) {
      const namespace = namespaceOf(n);
      const name = `web-${n}`;
      const ports = upstreamPorts.map((port, at) => ({ name: `port-${at}`, port: PORTS[at], targetPort: port }));
      await this.#create(`/api/v1/namespaces/${namespace}/services`, {
        metadata: { name },
        spec: { clusterIP: 'None', ports },
      });
      const slices = `/apis/discovery.k8s.io/v1/namespaces/${namespace}/endpointslices`;
      await this.client.request(`${slices}/${name}-1`, { method: 'DELETE' }).catch(() => undefined);
      await this.#create(slices, {
        metadata: { name: `${name}-1`, labels: { 'kubernetes.io/service-name': name } },
        addressType: 'IPv4',
        endpoints: [{ addresses: [address], conditions: { ready: true } }],
        ports: upstreamPorts.map((port, at) => ({ name: `port-${at}`, port })),
      });
    }
  }

  /** Ingresses `from` up to (not including) `to`. */
  async createIngresses(from, to) {
    let next = from;
    const writer = async () => {
      for (let n = next++; n < to; n = next++)
        await this.create(n).catch((error) => {
          if (error.reason !== 'AlreadyExists') throw error;
          return this.#replace(n);
        });
    };
    await Promise.all(Array.from({ length: WRITERS }, writer));
  }

  create(n) {
    return this.client.request(collection(n), { method: 'POST', body: this.#ingress(n) });
  }

  remove(n) {
    return this.client.request(path(n), { method: 'DELETE' });
  }

  read(n) {
    return this.client.request(path(n));
  }

  writeStatus(n, status) {
    return this.client.request(`${path(n)}/status`, { method: 'PATCH', contentType: MERGE_PATCH, body: { status } });
  }

  #replace(n) {
    return this.client.request(path(n), { method: 'PUT', body: this.#ingress(n) });
  }

  /** Leads the host to the other port of its Service. */
  edit(n) {
    this.#turns.set(n, (this.#turns.get(n) ?? 0) + 1);
    return this.#replace(n);
  }

  #ingress(n) {
    const service = { name: `web-${n % SERVICES}`, port: { number: Number(this.answer(n)) } };
    const paths = [{ path: '/', pathType: 'Prefix', backend: { service } }];
    return {
      apiVersion: 'networking.k8s.io/v1',
      kind: 'Ingress',
      metadata: { name: `app-${n}`, namespace: namespaceOf(n) },
      spec: { ingressClassName: INGRESS_CLASS, rules: [{ host: this.host(n), http: { paths } }] },
    };
  }

  /** Creates what may be there already from a run before. */
  async #create(path, body) {
    await this.client.request(path, { method: 'POST', body }).catch((error) => {
      if (error.reason !== 'AlreadyExists') throw error;
    });
  }
}
