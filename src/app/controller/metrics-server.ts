/** `/metrics` on a port of its own, where monitoring looks for it. */
import { createServer, type Server } from 'node:http';

export class MetricsServer {
  readonly #server: Server;

  constructor(exposition: () => Promise<string>) {
    this.#server = createServer((request, response) => {
      if (request.url !== '/metrics') return void response.writeHead(404).end();
      exposition().then(
        (text) => response.writeHead(200, { 'content-type': 'text/plain; version=0.0.4; charset=utf-8' }).end(text),
        () => response.writeHead(500).end(),
      );
    });
  }

  listen({ host, port }: { readonly host: string; readonly port: number }): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#server.once('error', reject);
      this.#server.listen({ host, port }, resolve);
    });
  }

  close(): Promise<void> {
    return new Promise((resolve) => {
      this.#server.close(() => resolve());
      this.#server.closeAllConnections();
    });
  }
}
