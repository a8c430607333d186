/** Where a server listens. */
import { rm } from 'node:fs/promises';
import type { Server } from 'node:net';

/** A Unix socket, or a TCP port (0 = any free one). */
export type ListenAddress = { readonly path: string } | { readonly host: string; readonly port: number };

/** Resolves when the server listens, with the address as bound. A socket file left by a dead process is replaced. */
export async function listen<A extends ListenAddress>(
  server: Pick<Server, 'listen' | 'address' | 'once' | 'off'>,
  wanted: A,
): Promise<A> {
  if ('path' in wanted) await rm(wanted.path, { force: true });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(wanted, () => {
      server.off('error', reject);
      resolve();
    });
  });
  const bound = server.address();
  if ('path' in wanted || bound === null || typeof bound === 'string') return wanted;
  return { ...wanted, port: bound.port };
}
