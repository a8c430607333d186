/** Slash-separated paths. */
import { fn, type GoFunction, type GoFunctions } from './types.ts';

const base = ofText((path) => (path === '' ? '.' : (/([^/]*)\/*$/.exec(path)?.[1] ?? '') || '/'));
const dir = ofText((path) => clean(path.slice(0, path.lastIndexOf('/') + 1)));
const cleaned = ofText(clean);
const ext = ofText((path) => /\.[^./]*$/.exec(path)?.[0] ?? '');
const isAbsolute = fn(['string'], ([path]) => path.startsWith('/'));

export const pathFunctions: GoFunctions = {
  base,
  dir,
  clean: cleaned,
  ext,
  isAbs: isAbsolute,
  osBase: base,
  osDir: dir,
  osClean: cleaned,
  osExt: ext,
  osIsAbs: isAbsolute,
};

function ofText(run: (path: string) => string): GoFunction {
  return fn(['string'], ([path]) => run(path));
}

/** The shortest path to the same place; the empty path is `.`. */
function clean(path: string): string {
  const root = path.startsWith('/') ? '/' : '';
  const kept: string[] = [];
  for (const part of path.split('/')) {
    if (part === '' || part === '.') continue;
    if (part !== '..') kept.push(part);
    else if (kept.length > 0 && kept.at(-1) !== '..') kept.pop();
    else if (root === '') kept.push(part);
  }
  return root + kept.join('/') || '.';
}
