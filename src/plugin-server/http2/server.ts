/** An HTTP/2 server without TLS (prior knowledge), for few connections with many short streams: what Envoy is to the plugin server. */
import { createServer } from 'node:net';
import { type ListenAddress, listen } from '#lib/listen.ts';
import { Connection, type ConnectionOptions } from './connection.ts';

export interface Http2ServerOptions extends Omit<ConnectionOptions, 'onClosed'> {
  readonly address: ListenAddress;
  /** A connection ended by an error: the peer broke the protocol, or the socket failed. */
  readonly onError: (error: Error) => void;
}

export interface Http2Server {
  /** As bound: a port of 0 is replaced. */
  readonly address: ListenAddress;
  /** Takes no new connections and streams, lets open streams end for `drainMs`, then closes. */
  stop(drainMs?: number): Promise<void>;
}

export async function startHttp2Server(options: Http2ServerOptions): Promise<Http2Server> {
  const connections = new Set<Connection>();
  let onConnectionClosed = (): void => {};
  const server = createServer({ noDelay: true }, (socket) => {
    const connection = new Connection(socket, {
      ...options,
      onClosed: (error) => {
        connections.delete(connection);
        if (error) options.onError(error);
        onConnectionClosed();
      },
    });
    connections.add(connection);
  });
  const address = await listen(server, options.address);
  return {
    address,
    stop: async (drainMs = 0) => {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      for (const connection of connections) connection.leave();
      const cut = (): void => {
        for (const connection of connections) connection.destroy();
      };
      if (drainMs === 0) cut();
      const timer = setTimeout(cut, drainMs);
      await closed;
      // The server counts sockets, which are gone before their streams have heard of it.
      while (connections.size > 0) {
        await new Promise<void>((resolve) => {
          onConnectionClosed = resolve;
        });
      }
      clearTimeout(timer);
    },
  };
}
