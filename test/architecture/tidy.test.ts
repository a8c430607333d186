/** The environment of all test files: what a file leaves open, and rejections that nobody handles, fail it. Planted ones, in a jest of its own. */
import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';

const ROOT = resolve(import.meta.dirname, '../..');
const PATIENCE_MS = 300;

const PLANTED: Readonly<Record<string, readonly [body: string, told: RegExp | undefined]>> = {
  server: [
    `return new Promise((done) => http.createServer().listen(0, '127.0.0.1', done));`,
    /1 TCPServerWrap\s+Server .*127\.0\.0\.1/,
  ],
  child: [
    `children.spawn('cat', { stdio: ['pipe', 'ignore', 'ignore'] });`,
    /1 ProcessWrap\s.*ChildProcess \["cat"\]/s,
  ],
  timer: ['setInterval(() => {}, 60_000);', /1 Timeout/],
  rejection: [`void Promise.reject(new Error('at once'));`, /at once/],
  'late-rejection': [`setTimeout(() => void Promise.reject(new Error('later')), 30);`, /later/],
  'closed-in-time': [
    `const server = http.createServer().listen(0, '127.0.0.1', () => setTimeout(() => server.close(), 30));`,
    undefined,
  ],
  'unref-timer': ['setInterval(() => {}, 60_000).unref();', undefined],
};

interface Results {
  readonly testResults: readonly { readonly name: string; readonly status: string; readonly message: string }[];
}

const dir = mkdtempSync(join(tmpdir(), 'higress-tidy-'));
let results: Results;

beforeAll(async () => {
  for (const [name, [body]] of Object.entries(PLANTED)) {
    const file = `const http = require('node:http'); const children = require('node:child_process');\ntest('it', () => { ${body} });\n`;
    writeFileSync(join(dir, `${name}.test.cjs`), file);
  }
  const config = {
    rootDir: dir,
    testMatch: ['**/*.test.cjs'],
    moduleFileExtensions: ['cjs', 'js'],
    testEnvironment: join(ROOT, 'test/support/environment.mjs'),
    testEnvironmentOptions: { patienceMs: PATIENCE_MS },
    waitForUnhandledRejections: true,
  };
  const out = join(dir, 'results.json');
  // A worker that holds the planted ones would not end by itself.
  const args = ['--config', JSON.stringify(config), '--json', '--outputFile', out, '--forceExit', '--maxWorkers', '2'];
  const jest = spawn(process.execPath, [join(ROOT, 'node_modules/jest/bin/jest.js'), ...args], { stdio: 'ignore' });
  await new Promise((done) => jest.once('exit', done));
  results = JSON.parse(readFileSync(out, 'utf8')) as Results;
}, 60_000);

afterAll(() => rmSync(dir, { recursive: true, force: true }));

describe('a test file that leaves', () => {
  it.each(Object.entries(PLANTED))('%s', (name, [, told]) => {
    const result = results.testResults.find((one) => one.name.endsWith(`/${name}.test.cjs`));
    expect(result?.status).toBe(told === undefined ? 'passed' : 'failed');
    expect(result?.message ?? '').toMatch(told ?? /^$/);
  });
});
