/** One HTTP/1.1 request on a fresh connection, with any Host. */
import { type IncomingHttpHeaders, request } from 'node:http';
import { request as tlsRequest } from 'node:https';

export interface Reply {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

export interface SendOptions {
  readonly method?: string;
  readonly host?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Buffer;
  /** Over TLS with this server name; the certificate is not verified. */
  readonly sni?: string;
  /** Address of the client, such as 127.0.0.2. */
  readonly from?: string;
  readonly clientCertificate?: { readonly cert: string; readonly key: string };
}

export function send(port: number, path: string, options: SendOptions = {}): Promise<Reply> {
  const { method = 'GET', host = 'a.test', headers = {}, body, sni, from, clientCertificate } = options;
  const place = { host: '127.0.0.1', port, ...(from === undefined ? {} : { localAddress: from }) };
  const base = { ...place, path, method, headers: { host, ...headers }, agent: false as const };
  return new Promise((resolve, reject) => {
    const req =
      sni === undefined
        ? request(base)
        : tlsRequest({ ...base, servername: sni, rejectUnauthorized: false, ...clientCertificate });
    req.on('response', (res) => {
      const parts: Buffer[] = [];
      res.on('data', (part: Buffer) => parts.push(part));
      res.on('end', () =>
        resolve({ status: res.statusCode ?? 0, headers: res.headers, body: Buffer.concat(parts).toString() }),
      );
      res.on('error', reject);
    });
    req.on('error', reject);
    req.end(body);
  });
}
