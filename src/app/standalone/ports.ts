/** Settles which ports the gateway listens on, before anything is started. */
import { createServer } from 'node:net';

export class PortInUseError extends Error {
  constructor(flag: string, address: string, port: number, cause: NodeJS.ErrnoException) {
    const why =
      cause.code === 'EADDRINUSE'
        ? 'is in use by another process'
        : cause.code === 'EACCES'
          ? 'needs privileges that this user has not'
          : `cannot be listened on (${cause.code ?? cause.message})`;
    super(`${flag}: port ${port} on ${address} ${why}. Choose another with ${flag} PORT; 0 picks a free one.`);
    this.name = 'PortInUseError';
  }
}

/** The port itself when it is free, a free one for 0; throws PortInUseError. Wanted ports are settled together so that two 0s differ. */
export async function settlePorts(
  address: string,
  wanted: readonly { readonly flag: string; readonly port: number }[],
): Promise<number[]> {
  const held: { close: () => Promise<void>; port: number }[] = [];
  try {
    for (const { flag, port } of wanted) held.push(await hold(flag, address, port));
    return held.map(({ port }) => port);
  } finally {
    await Promise.all(held.map(({ close }) => close()));
  }
}

function hold(flag: string, address: string, port: number): Promise<{ port: number; close: () => Promise<void> }> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', (error: NodeJS.ErrnoException) => reject(new PortInUseError(flag, address, port, error)));
    server.listen({ host: address, port, exclusive: true }, () => {
      const bound = server.address();
      resolve({
        port: typeof bound === 'object' && bound !== null ? bound.port : port,
        close: () => new Promise((done) => server.close(() => done())),
      });
    });
  });
}
