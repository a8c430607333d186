import { X509Certificate } from 'node:crypto';
import { connect, createServer, type TLSSocket } from 'node:tls';
import { describe, expect, it } from '@jest/globals';
import { createAuthority, issue } from './authority.ts';
import { isFresh } from './certificate-freshness.ts';

const DAY = 86_400_000;

describe('authority', () => {
  it('issues certificates that TLS takes both ways', async () => {
    const ca = await createAuthority('test', 10);
    const server = await issue(ca, { commonName: 'x', dnsNames: ['x.ns.svc'], days: 5 });
    const client = await issue(ca, { commonName: 'gateway', dnsNames: [], days: 5 });
    const listener = createServer({ ...server, ca: ca.cert, requestCert: true, rejectUnauthorized: true }, (socket) =>
      socket.end(String(socket.getPeerCertificate().subject.CN)),
    );
    await new Promise<void>((resolve) => listener.listen({ host: '127.0.0.1', port: 0 }, resolve));
    const { port } = listener.address() as { port: number };
    const say = (options: object) =>
      new Promise<string>((resolve, reject) => {
        let text = '';
        const socket: TLSSocket = connect({ port, host: '127.0.0.1', ca: ca.cert, servername: 'x.ns.svc', ...options });
        socket.on('data', (data) => {
          text += data.toString();
        });
        socket.on('error', reject);
        socket.on('close', () => resolve(text));
      });
    await expect(say(client)).resolves.toBe('gateway');
    await expect(say({})).rejects.toThrow();
    await expect(say({ ...client, servername: 'other' })).rejects.toThrow(/altnames/);
    await new Promise((resolve) => listener.close(resolve));
  });

  it('knows when a certificate is to be made anew', async () => {
    const now = new Date('2030-01-01T00:00:00Z');
    const [ca, other] = [await createAuthority('a', 100, now), await createAuthority('b', 100, now)];
    const leaf = await issue(ca, { commonName: 'x', dnsNames: ['x'], days: 30 }, now);
    const fresh = (options: object) => isFresh(leaf.cert, { authority: ca.cert, now, ...options });
    expect(fresh({ dnsNames: ['x'] })).toBe(true);
    expect(fresh({ dnsNames: ['y'] })).toBe(false);
    expect(fresh({ authority: other.cert })).toBe(false);
    expect(fresh({ now: new Date(now.getTime() + 19 * DAY) })).toBe(true);
    expect(fresh({ now: new Date(now.getTime() + 21 * DAY) })).toBe(false);
    expect(isFresh('no certificate', { authority: ca.cert })).toBe(false);
    expect(new X509Certificate(ca.cert).ca).toBe(true);
  });
});
