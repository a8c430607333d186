/**
 * Ports that nobody listens on now. They are below those that systems give to outgoing connections: one of those could take a port before the process that
 * it was picked for listens on it.
 */
import { randomInt } from 'node:crypto';
import { createServer } from 'node:net';

const FIRST = 11_000;
const LAST = 31_000;
const ATTEMPTS = 200;

export async function freePorts(count: number): Promise<number[]> {
  const ports = new Set<number>();
  while (ports.size < count) ports.add(await freePort());
  return [...ports];
}

/** `offsets`: further ports, relative to the one returned, that must be free as well. */
export async function freePort(offsets: readonly number[] = []): Promise<number> {
  for (let attempt = 0; attempt < ATTEMPTS; attempt += 1) {
    const port = randomInt(FIRST, LAST);
    const free = await Promise.all([0, ...offsets].map((offset) => isFree(port + offset)));
    if (free.every(Boolean)) return port;
  }
  throw new Error(`no free port found with offsets ${offsets.join(', ')}`);
}

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(false));
    server.listen({ host: '127.0.0.1', port }, () => server.close(() => resolve(true)));
  });
}
