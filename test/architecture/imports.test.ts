/** Data flows one way through the house: this walks every import under `src/` and prints each arrow that the table does not allow. */
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { describe, expect, it } from '@jest/globals';

const SRC = resolve(import.meta.dirname, '../../src');

/** Room to the rooms it may import; a room may always import itself. Longest prefix names the room of a file. */
const MAY_IMPORT: Record<string, readonly string[]> = {
  lib: [],
  ir: ['lib'],
  model: ['lib', 'ir'],
  'plugin-sdk': ['lib', 'ir', 'xds/proto', 'xds/snapshot'],
  translate: ['lib', 'model', 'ir', 'plugin-sdk'],
  'xds/proto': ['lib', 'xds/snapshot'],
  'xds/snapshot': ['lib', 'ir', 'xds/proto'],
  'xds/build': ['lib', 'ir', 'xds/proto', 'xds/snapshot', 'plugin-sdk'],
  'xds/server': ['lib', 'ir', 'xds/proto', 'xds/snapshot'],
  ai: ['lib', 'plugin-sdk'],
  mcp: ['lib', 'plugin-sdk'],
  plugins: ['plugin-sdk', 'ai', 'mcp', 'lib', 'ir'],
  'plugin-server': ['lib', 'ir', 'plugin-sdk', 'plugins', 'xds/proto', 'xds/snapshot', 'xds/server'],
  sources: ['lib', 'model', 'ir'],
  status: ['lib', 'model', 'ir'],
  explain: ['lib', 'model', 'ir', 'translate', 'xds/build', 'plugin-sdk'],
  app: ['*'],
  cli: ['*'],
};

function files(dir: string): string[] {
  return readdirSync(dir, { withFileTypes: true }).flatMap((entry) => {
    const path = join(dir, entry.name);
    if (entry.isDirectory()) return files(path);
    return /\.tsx?$/.test(entry.name) && !/\.test\.tsx?$/.test(entry.name) ? [path] : [];
  });
}

function roomOf(path: string): string {
  const parts = relative(SRC, path).split('/');
  const two = parts.slice(0, 2).join('/');
  return two in MAY_IMPORT ? two : (parts[0] ?? '');
}

function importsOf(file: string): string[] {
  const text = readFileSync(file, 'utf8');
  return [...text.matchAll(/(?:from|import)\s*\(?\s*'([^']+)'/g)].map((match) => match[1] ?? '');
}

function target(file: string, specifier: string): string | undefined {
  if (specifier.startsWith('.')) return resolve(dirname(file), specifier);
  if (specifier.startsWith('#')) return join(SRC, specifier.slice(1));
  return undefined;
}

describe('import directions', () => {
  it('follow the table of rooms', () => {
    const wrong: string[] = [];
    for (const file of files(SRC)) {
      const from = roomOf(file);
      if (!(from in MAY_IMPORT)) wrong.push(`${relative(SRC, file)}: no room called "${from}"`);
      for (const specifier of importsOf(file)) {
        const path = target(file, specifier);
        if (path === undefined) continue;
        const to = roomOf(path);
        const allowed = MAY_IMPORT[from] ?? [];
        if (to !== from && !allowed.includes(to) && !allowed.includes('*'))
          wrong.push(`${relative(SRC, file)}: ${from} -> ${to} (${specifier})`);
      }
    }
    expect(wrong).toEqual([]);
  });

  it('keep each plugin from importing another', () => {
    const wrong = files(join(SRC, 'plugins')).flatMap((file) => {
      const own = relative(join(SRC, 'plugins'), file).split('/')[0];
      return importsOf(file).flatMap((specifier) => {
        const path = target(file, specifier);
        if (path === undefined || !path.startsWith(join(SRC, 'plugins'))) return [];
        const other = relative(join(SRC, 'plugins'), path).split('/')[0];
        return own === 'index.ts' || own === other ? [] : [`${own} -> ${other}`];
      });
    });
    expect(wrong).toEqual([]);
  });

  it('read the environment in one place', () => {
    const readers = files(SRC).filter((file) => /process\.env\b/.test(readFileSync(file, 'utf8')));
    expect(readers.map((file) => relative(SRC, file))).toEqual(['app/settings.ts']);
  });
});
