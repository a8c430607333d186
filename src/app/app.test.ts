import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import type { Problem } from '#ir/types.ts';
import { createLogger } from '#lib/log.ts';
import type { World } from '#model/world.ts';
import { type AdminPages, AdminServer, isLoopback, QuestionError } from './admin/server.ts';
import { watcherPage } from './control-plane/debug-pages.ts';
import { describeProblem, ProblemBook } from './control-plane/problem-book.ts';
import { mergedMetrics, withKnownNames } from './metrics.ts';
import { PortInUseError, settlePorts } from './standalone/ports.ts';
import { startDemo } from './standalone/quickstart.ts';

describe('ports', () => {
  it('that are 0 become free ones, all different', async () => {
    const ports = await settlePorts('127.0.0.1', [
      { flag: '--http-port', port: 0 },
      { flag: '--https-port', port: 0 },
      { flag: '--admin-port', port: 0 },
    ]);
    expect(new Set(ports).size).toBe(3);
    expect(ports.every((port) => port > 0)).toBe(true);
  });

  it('in use are named with flag, address and way out', async () => {
    const taken = createServer();
    await new Promise<void>((resolve) => taken.listen({ host: '127.0.0.1', port: 0 }, resolve));
    const { port } = taken.address() as { port: number };
    const attempt = settlePorts('127.0.0.1', [{ flag: '--http-port', port }]);
    await expect(attempt).rejects.toThrow(PortInUseError);
    await expect(attempt).rejects.toThrow(
      `--http-port: port ${port} on 127.0.0.1 is in use by another process. Choose another with --http-port PORT; 0 picks a free one.`,
    );
    taken.close();
  });
});

describe('problems', () => {
  const problem: Problem = {
    severity: 'error',
    reason: 'SecretMissing',
    origin: { kind: 'Ingress', namespace: 'default', name: 'web', path: 'spec.tls[0].secretName' },
    message: 'Secret default/tls does not exist',
    hint: 'create it',
  };

  it('read as one line with object, field, reason and way out', () => {
    expect(describeProblem(problem)).toBe(
      'Ingress default/web spec.tls[0].secretName: Secret default/tls does not exist (create it)',
    );
  });

  it('stay one line, and do not steer a terminal, whatever the manifest holds', () => {
    const odd = { ...problem, message: 'key "a\nb\u001b[31m\u009bc" is not allowed' };
    expect(describeProblem(odd)).toContain('key "a\\nb\\u001b[31m\\u009bc" is not allowed');
  });

  it('name the path once, and say so when an object has no name', () => {
    const origin = { ...problem.origin, name: '', path: 'metadata.name' };
    expect(describeProblem({ ...problem, origin, message: 'metadata.name is missing', hint: 'add it' })).toBe(
      'Ingress default/(without a name): metadata.name is missing (add it)',
    );
  });

  it('are told once when they come and once when they go', () => {
    const lines: string[] = [];
    const log = createLogger({
      component: 'test',
      level: 'info',
      destination: { write: (line: string) => lines.push(JSON.parse(line).msg) },
    });
    const book = new ProblemBook(log);
    book.set('translation', [problem]);
    book.set('translation', [problem]);
    expect(book.all()).toEqual([problem]);
    expect(book.counts()).toEqual([{ severity: 'error', reason: 'SecretMissing', count: 1 }]);
    book.set('translation', []);
    expect(lines).toEqual([describeProblem(problem), 'problem is gone']);
  });
});

describe('the admin server', () => {
  const withAdmin = async (reasons: string[], use: (base: string) => Promise<void>, more: Partial<AdminPages> = {}) => {
    const admin = new AdminServer({
      notReadyBecause: () => reasons,
      metrics: () => Promise.resolve('a 1\n'),
      debug: { model: () => ({ map: new Map([['k', 1]]) }) },
      questions: {
        twice: (question) => {
          if (typeof question !== 'number') throw new QuestionError('expected a number');
          return question * 2;
        },
      },
      ...more,
    });
    const { port } = await admin.listen({ host: '127.0.0.1', port: 0 });
    await use(`http://127.0.0.1:${port}`);
    await admin.close();
  };

  it('answers /ready with 503 and the reasons, or 200', async () => {
    await withAdmin(['Envoy is not connected'], async (base) => {
      const answer = await fetch(`${base}/ready`);
      expect([answer.status, await answer.json()]).toEqual([
        503,
        { ready: false, reasons: ['Envoy is not connected'] },
      ]);
    });
    await withAdmin([], async (base) => {
      expect((await fetch(`${base}/ready`)).status).toBe(200);
    });
  });

  it('serves its pages, names them for others, and takes no writes', async () => {
    await withAdmin([], async (base) => {
      expect(await (await fetch(`${base}/healthz`)).text()).toBe('ok\n');
      expect(await (await fetch(`${base}/metrics`)).text()).toBe('a 1\n');
      expect(await (await fetch(`${base}/debug/model`)).json()).toEqual({ map: { k: 1 } });
      const unknown = await fetch(`${base}/debug/nothing`);
      expect([unknown.status, await unknown.json()]).toMatchObject([
        404,
        { pages: ['/ready', '/healthz', '/metrics', '/debug/model'] },
      ]);
      expect((await fetch(`${base}/ready`, { method: 'POST' })).status).toBe(405);
    });
  });

  it('answers questions that are sent as JSON, and tells what is wrong with one', async () => {
    await withAdmin([], async (base) => {
      const ask = async (body: string) => {
        const answer = await fetch(`${base}/debug/twice`, { method: 'POST', body });
        return [answer.status, await answer.json()];
      };
      expect(await ask('21')).toEqual([200, 42]);
      expect(await ask('"x"')).toEqual([400, { error: 'expected a number' }]);
      expect(await ask('{')).toEqual([400, { error: 'what was sent is no JSON' }]);
      expect((await fetch(`${base}/debug/twice`, { method: 'PUT' })).status).toBe(405);
    });
  });

  it.each([
    ['127.0.0.1', true],
    ['127.8.0.1', true],
    ['::1', true],
    ['::ffff:127.0.0.1', true],
    ['10.244.0.7', false],
    ['::ffff:10.244.0.7', false],
    ['fd00::1', false],
    ['1127.0.0.1', false],
    [undefined, false],
  ])('takes %s for this machine: %s', (address, expected) => {
    expect(isLoopback(address)).toBe(expected);
  });

  it('shows /debug and /registry to whom they are for, and the rest to everybody', async () => {
    const paths = ['/debug/model', '/registry/watcherStatus', '/ready', '/metrics'];
    const statuses = (base: string) => Promise.all(paths.map(async (path) => (await fetch(base + path)).status));
    const watchers = () => [];
    await withAdmin([], async (base) => expect(await statuses(base)).toEqual([200, 200, 200, 200]), {
      debugFor: 'localhost',
      watchers,
    });
    await withAdmin([], async (base) => expect(await statuses(base)).toEqual([403, 403, 200, 200]), {
      debugFor: 'nobody',
      watchers,
    });
  });

  it('tells at /registry/watcherStatus how each registry is, or that there is none to watch', async () => {
    const world = (...names: string[]) =>
      ({ mcpBridges: names.map((name) => ({ metadata: { namespace: 'sys', name } })) }) as unknown as World;
    const health = { ready: true, healthy: false, services: 3, lastError: 'refused', failingSince: 'x' };
    const ask = async (page: ReturnType<typeof watcherPage>) => {
      let told: unknown;
      await withAdmin(
        [],
        async (base) => {
          const answer = await fetch(`${base}/registry/watcherStatus`);
          told = [answer.status, answer.headers.get('content-type'), await answer.text()];
        },
        { watchers: () => page },
      );
      return told;
    };
    const registry = { type: 'nacos2', name: 'prod', health };
    expect(await ask(watcherPage(world('other', 'default'), 'sys', [registry]))).toEqual([
      200,
      'application/json',
      expect.stringMatching(
        /^\[\s*\{\s*"name": "prod",\s*"type": "nacos2",\s*"healthy": false,\s*"ready": true\s*\}\s*\]\s*$/,
      ),
    ]);
    expect(await ask(watcherPage(world('default'), 'sys', []))).toEqual([200, 'application/json', '[]\n']);
    for (const none of [undefined, world('other'), { mcpBridges: [] } as unknown as World])
      expect(await ask(watcherPage(none, 'sys', []))).toEqual([
        404,
        'text/plain; charset=utf-8',
        expect.stringContaining('no McpBridge "default"'),
      ]);
  });
});

describe('merged metrics', () => {
  it('leave out a part that cannot be read', async () => {
    expect(
      await mergedMetrics([
        () => Promise.resolve('a 1\n'),
        () => Promise.reject(new Error('down')),
        () => Promise.resolve('b 2'),
      ]),
    ).toBe('a 1\nb 2\n');
  });

  it('carry the AI counters under the names that dashboards know', () => {
    const page = 'envoy_x 1\nenvoy_route_upstream_model_consumer_metric_input_token{ai_model="m",ai_consumer="-"} 9';
    expect(withKnownNames(page)).toBe(
      'envoy_x 1\nroute_upstream_model_consumer_metric_input_token{ai_model="m",ai_consumer="none"} 9',
    );
  });
});

describe('a demo folder', () => {
  it('runs its upstreams, and fills their ports and keys in without letting a value out of its quotes', async () => {
    const dir = mkdtempSync(join(tmpdir(), 'higress-demo-'));
    writeFileSync(
      join(dir, '.demo.json'),
      JSON.stringify({
        backend: 'b.yaml.in',
        vendors: { demo: 'd.yaml.in', openai: 'o.yaml.in', anthropic: 'a.yaml.in' },
        try: [],
      }),
    );
    writeFileSync(join(dir, 'b.yaml.in'), 'port: ${DEMO_BACKEND_PORT}\n');
    for (const vendor of ['d', 'o', 'a'])
      writeFileSync(
        join(dir, `${vendor}.yaml.in`),
        `${vendor}: "\${API_KEY}\${DEMO_LLM_PORT}"\nkept: "\${secret.x.y}"\n`,
      );
    const out = mkdtempSync(join(tmpdir(), 'higress-demo-out-'));
    const demo = await startDemo(dir, out, { OPENAI_API_KEY: 'sk-"quoted"\n' });
    const port = Number(/port: (\d+)/.exec(readFileSync(join(out, 'b.yaml'), 'utf8'))?.[1]);
    expect((await fetch(`http://127.0.0.1:${port}/x`)).status).toBe(200);
    expect(readFileSync(join(out, 'o.yaml'), 'utf8')).toBe(
      'o: "sk-\\"quoted\\"\\n${DEMO_LLM_PORT}"\nkept: "${secret.x.y}"\n',
    );
    await demo?.stop();
    await expect(fetch(`http://127.0.0.1:${port}/x`)).rejects.toThrow();
    expect(await startDemo(out, out, {})).toBeUndefined();
    rmSync(dir, { recursive: true });
    rmSync(out, { recursive: true });
  });
});
