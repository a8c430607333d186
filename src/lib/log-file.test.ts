import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { createLogger } from './log.ts';
import { openLogFile } from './log-file.ts';

let dir: string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'higress-log-'));
});
afterEach(() => rmSync(dir, { recursive: true }));

/** Older files are deleted behind the writer's back. */
async function settled(list: () => string[], length: number): Promise<string[]> {
  const end = Date.now() + 5_000;
  while (list().length > length && Date.now() < end) await new Promise((resolve) => setImmediate(resolve));
  return list();
}

const quiet = { write: () => undefined };

describe('log file', () => {
  it('rolls by size and keeps so many older ones, also over a restart', async () => {
    const path = join(dir, 'deep', 'gateway');
    for (let run = 0; run < 2; run++) {
      const file = await openLogFile({ path, size: '1k', backups: 3 });
      const log = createLogger({ component: 'test', level: 'info', destination: quiet, file });
      for (let n = 0; n < 60; n++) {
        log.info({ n: run * 60 + n }, 'line');
        // Rolling waits for the write to be done; a burst may take one file over its limit.
        await new Promise((resolve) => setImmediate(resolve));
      }
      await file.close();
      expect(file.lost).toBe(0);
    }
    const files = await settled(() => readdirSync(join(dir, 'deep')), 4);
    const number = (name: string) => Number(/^gateway\.(\d+)\.log$/.exec(name)?.[1]);
    const ordered = files.sort((a, b) => number(a) - number(b)).map((name) => join(dir, 'deep', name));
    expect(ordered).toHaveLength(4);
    for (const name of ordered) expect(statSync(name).size).toBeLessThan(1024 + 200);
    const lines = ordered.flatMap((name) => readFileSync(name, 'utf8').trim().split('\n').filter(Boolean));
    const numbers = lines.map((line) => JSON.parse(line).n as number);
    expect(numbers).toEqual(Array.from({ length: numbers.length }, (_, index) => 120 - numbers.length + index));
    expect(numbers.length).toBeGreaterThan(20);
  });

  it('writes the same lines as standard error gets', async () => {
    const lines: string[] = [];
    const file = await openLogFile({ path: join(dir, 'x') });
    const log = createLogger({
      component: 'test',
      level: 'debug',
      destination: { write: (line) => void lines.push(line) },
      file,
    });
    log.debug({ token: 'secret' }, 'hello');
    await file.close();
    expect(lines).toHaveLength(1);
    expect(readFileSync(join(dir, 'x.1.log'), 'utf8')).toBe(lines[0]);
    expect(lines[0]).not.toContain('secret');
  });

  it('says why it cannot be opened', async () => {
    writeFileSync(join(dir, 'file'), '');
    await expect(openLogFile({ path: join(dir, 'file', 'x') })).rejects.toThrow(/ENOTDIR|EEXIST/);
  });
});
