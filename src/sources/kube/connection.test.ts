import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import type { RequestOptions } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { connect } from './connection.ts';

let dir: string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'kubeconfig-'));
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));

const base64 = (text: string) => Buffer.from(text).toString('base64');
const kubeconfig = (user: object, cluster: object = {}, context = 'here') => {
  const file = join(dir, 'config');
  const config = {
    'current-context': context,
    contexts: [
      { name: 'elsewhere', context: { cluster: 'none', user: 'none' } },
      { name: 'here', context: { cluster: 'c', user: 'u' } },
    ],
    clusters: [{ name: 'c', cluster: { server: 'https://api.test:6443', ...cluster } }],
    users: [{ name: 'u', user }],
  };
  writeFileSync(file, JSON.stringify(config));
  return file;
};
async function options(file: string | undefined, env: Record<string, string> = {}) {
  const connection = await connect(file, { HOME: dir, ...env });
  const request: RequestOptions = { headers: { accept: 'application/json' } };
  await connection.applyToHTTPSOptions(request);
  const { agent, ...rest } = request;
  const { ca, cert, key, rejectUnauthorized, servername } = (agent as unknown as { options: RequestOptions }).options;
  const trust = { ca: ca?.toString(), cert: cert?.toString(), key: key?.toString(), rejectUnauthorized, servername };
  return { server: connection.getCurrentCluster()?.server, trust, rest };
}

describe('a connection', () => {
  it('has the certificates that a kubeconfig holds, or names beside itself', async () => {
    writeFileSync(join(dir, 'ca.pem'), 'CA');
    const file = kubeconfig(
      { 'client-certificate-data': base64('CERT'), 'client-key-data': base64('KEY') },
      { 'certificate-authority': 'ca.pem', 'tls-server-name': 'kubernetes' },
    );
    expect(await options(file)).toEqual({
      server: 'https://api.test:6443',
      trust: { ca: 'CA', cert: 'CERT', key: 'KEY', rejectUnauthorized: true, servername: 'kubernetes' },
      rest: { headers: { accept: 'application/json' } },
    });
  });

  it('sends a token, the one of the file that a kubeconfig names, or name and password', async () => {
    writeFileSync(join(dir, 'token'), 'from-file\n');
    const bearer = async (user: object) => (await options(kubeconfig(user))).rest.headers;
    expect(await bearer({ token: 'abc' })).toMatchObject({ authorization: 'Bearer abc' });
    expect(await bearer({ tokenFile: 'token' })).toMatchObject({ authorization: 'Bearer from-file' });
    const { rest } = await options(kubeconfig({ username: 'ann', password: 'secret' }));
    expect(rest.auth).toBe('ann:secret');
  });

  it('checks no certificate when told so', async () => {
    const { trust } = await options(kubeconfig({}, { 'insecure-skip-tls-verify': true }));
    expect(trust.rejectUnauthorized).toBe(false);
  });

  it('leaves programs that give credentials to the client library', async () => {
    const command = `echo '{"apiVersion":"client.authentication.k8s.io/v1","kind":"ExecCredential","status":{"token":"made"}}'`;
    const exec = {
      apiVersion: 'client.authentication.k8s.io/v1',
      command: 'sh',
      args: ['-c', command],
      interactiveMode: 'Never',
    };
    expect((await options(kubeconfig({ exec }))).rest.headers).toMatchObject({ Authorization: 'Bearer made' });
  });

  it('looks at KUBECONFIG when no file is given, and says where none is', async () => {
    const KUBECONFIG = kubeconfig({ token: 'abc' });
    expect((await options(undefined, { KUBECONFIG })).server).toBe('https://api.test:6443');
    await expect(options(undefined)).rejects.toThrow(/no Kubernetes cluster.*--kubeconfig or KUBECONFIG/);
  });

  it('names the file and what it lacks, never what is in it', async () => {
    await expect(options(kubeconfig({ token: 'abc' }, {}, 'nowhere'))).rejects.toThrow(
      /config: there is no context "nowhere"/,
    );
    const file = join(dir, 'broken');
    writeFileSync(file, 'users: [{ name: u, user: { token: hush } }\n');
    await expect(options(file)).rejects.toThrow(/broken, line \d+: it is no YAML$/);
    writeFileSync(file, JSON.stringify({ users: 'hush' }));
    const error = await options(file).catch((reason: Error) => reason);
    expect((error as Error).message).toMatch(/broken: .*current-context/s);
    expect((error as Error).message).not.toContain('hush');
  });
});
