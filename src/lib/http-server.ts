/** An HTTP/1.1 server with an address of its own. */
import { createServer, type RequestListener, type Server, type ServerOptions } from 'node:http';
import { type ListenAddress, listen } from './listen.ts';

export class HttpServer {
  readonly #server: Server;

  constructor(answer: RequestListener, options: ServerOptions = {}) {
    this.#server = createServer(options, answer);
  }

  /** Resolves with the address as bound. */
  listen<A extends ListenAddress>(wanted: A): Promise<A> {
    return listen(this.#server, wanted);
  }

  /** Open connections are cut. */
  close(): Promise<void> {
    return new Promise((resolve) => {
      this.#server.close(() => resolve());
      this.#server.closeAllConnections();
    });
  }
}
