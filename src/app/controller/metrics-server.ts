/** `/metrics` on a port of its own, where monitoring looks for it. */
import { HttpServer } from '#lib/http-server.ts';

export class MetricsServer extends HttpServer {
  constructor(exposition: () => Promise<string>) {
    super((request, response) => {
      if (request.url !== '/metrics') return void response.writeHead(404).end();
      exposition().then(
        (text) => response.writeHead(200, { 'content-type': 'text/plain; version=0.0.4; charset=utf-8' }).end(text),
        () => response.writeHead(500).end(),
      );
    });
  }
}
