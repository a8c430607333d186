import type { lookup } from 'node:dns';
import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it } from '@jest/globals';
import { webReader } from './web.ts';

const servers: Server[] = [];
afterEach(async () => {
  for (const server of servers.splice(0)) {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  }
});

async function serve(listener: RequestListener): Promise<string> {
  const server = createServer(listener);
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

const get = (url: string, more: object = {}) =>
  webReader().get({ url, limitBytes: 1000, timeoutMs: 5000, headers: { accept: 'image/*' }, ...more });

describe('webReader', () => {
  it('reads a document, over redirects', async () => {
    const seen: unknown[] = [];
    const base = await serve((request, response) => {
      seen.push(request.headers.accept);
      if (request.url === '/a?x=1') response.writeHead(302, { location: '/b' }).end();
      else response.writeHead(200, { 'content-type': 'image/png' }).end('bytes');
    });
    const answer = await get(`${base}/a?x=1`);
    expect([answer.status, answer.headers['content-type'], String(answer.body)]).toEqual([200, 'image/png', 'bytes']);
    expect(seen).toEqual(['image/*', 'image/*']);
  });

  it('tells the status of a failure', async () => {
    const base = await serve((_request, response) => response.writeHead(404).end());
    expect(await get(base)).toMatchObject({ status: 404 });
  });

  it.each([
    ['ftp://h/x', /only http: and https:/],
    ['file:///etc/passwd', /only http: and https:/],
    ['nonsense', /not valid/],
    ['http://169.254.169.254/latest/meta-data', /not one that is read from/],
    ['http://[::ffff:169.254.169.254]/', /not one that is read from/],
    ['http://2852039166/', /not one that is read from/],
    ['http://100.100.100.200/', /not one that is read from/],
    ['http://[fe80::1]/', /not one that is read from/],
    ['http://0.0.0.0/', /not one that is read from/],
  ])('does not read %s', async (url, reason) => {
    await expect(get(url)).rejects.toThrow(reason);
  });

  it('keeps to public addresses when told so', async () => {
    const base = await serve((_request, response) => response.end('inside'));
    expect(String((await get(base)).body)).toBe('inside');
    await expect(get(base, { publicOnly: true })).rejects.toThrow(/not one that is read from/);
    await expect(get('http://localhost/', { publicOnly: true })).rejects.toThrow(/not one that is read from/);
    await expect(get('http://10.1.2.3/', { publicOnly: true })).rejects.toThrow(/not one that is read from/);
  });

  it('looks at the address that a name stands for, also behind a redirect', async () => {
    const fake = ((_name: string, _options: object, callback: (error: null, found: object[]) => void) =>
      callback(null, [{ address: '169.254.169.254', family: 4 }])) as unknown as typeof lookup;
    const base = await serve((_request, response) => response.writeHead(301, { location: 'http://name.test/' }).end());
    await expect(webReader(fake).get({ url: base, limitBytes: 10, timeoutMs: 5000 })).rejects.toThrow(
      /not one that is read from/,
    );
  });

  it('ends what is too large, too slow, endless or not wanted any more', async () => {
    const base = await serve((request, response) => {
      if (request.url === '/large') response.end('x'.repeat(2000));
      if (request.url === '/round') response.writeHead(302, { location: '/round' }).end();
    });
    await expect(get(`${base}/large`)).rejects.toThrow(/larger than 1000 bytes/);
    await expect(get(`${base}/round`)).rejects.toThrow(/more than 5 redirects/);
    await expect(get(`${base}/slow`, { timeoutMs: 20 })).rejects.toThrow(/longer than 20 ms/);
    const gone = new AbortController();
    const waiting = get(`${base}/slow`, { signal: gone.signal });
    gone.abort();
    await expect(waiting).rejects.toThrow(/is over/);
  });

  it('tells nothing of the network behind', async () => {
    const base = await serve((request) => request.socket.destroy());
    await expect(get(base)).rejects.toThrow(/^its server could not be reached$/);
  });
});
