/** Where a field stands in a file, for `higress check`: from `file:line` of the document and a field path to the line of the field. */
import { readFileSync } from 'node:fs';
import { isMap, isPair, isScalar, isSeq, type Node, type Pair } from 'yaml';
import type { Origin } from '#ir/types.ts';
import { lineAt, parseYaml } from '#lib/yaml.ts';
import { splitDocuments } from './documents.ts';

export interface Place {
  readonly file: string;
  /** One-based. */
  readonly line: number;
}

/** Looks origins up; files are read once each. A path that the document does not hold gives the line of the deepest part that it holds. */
export function createLocator(
  read: (file: string) => string = (file) => readFileSync(file, 'utf8'),
): (origin: Origin) => Place | undefined {
  const texts = new Map<string, string | undefined>();
  return ({ file: where, path }) => {
    const [, file, lineText] = /^(.*):(\d+)$/.exec(where ?? '') ?? [];
    if (file === undefined) return where === undefined ? undefined : { file: where, line: 1 };
    const line = Number(lineText);
    if (path === undefined) return { file, line };
    if (!texts.has(file))
      texts.set(
        file,
        attempt(() => read(file)),
      );
    const text = texts.get(file);
    return { file, line: text === undefined ? line : fieldLine(text, line, path) };
  };
}

function attempt(read: () => string): string | undefined {
  try {
    return read();
  } catch {
    return undefined;
  }
}

/** `documentLine` is the line that `splitDocuments` gives. Keys may hold dots: `metadata.annotations.higress.io/timeout`. */
export function fieldLine(text: string, documentLine: number, path: string): number {
  const chunk = splitDocuments(text).find(({ line }) => line === documentLine);
  if (chunk === undefined) return documentLine;
  const parsed = parseYaml(chunk.text);
  if (!parsed.ok || parsed.document.contents === null) return documentLine;
  const position = find(parsed.document.contents as Node, path);
  if (position === undefined) return documentLine;
  // The chunk may begin before the line of its document: comments, the marker.
  const lead = chunk.text.split('\n').findIndex((line) => !/^(---)?\s*(#.*)?$/.test(line));
  return documentLine - Math.max(lead, 0) + lineAt(chunk.text, position) - 1;
}

/** Position of the key or item that the path leads to, or as far as it leads. */
function find(root: Node, path: string): number | undefined {
  let node: unknown = root;
  let rest = path;
  let position: number | undefined;
  while (rest !== '') {
    if (isSeq(node)) {
      const [step, index] = /^\[(\d+)\]\.?/.exec(rest) ?? [];
      if (step === undefined) break;
      node = node.items[Number(index)];
      rest = rest.slice(step.length);
      position = start(node) ?? position;
      if (node === undefined) break;
    } else if (isMap(node)) {
      const pair = longestKey(node.items, rest);
      if (pair === undefined) break;
      position = start(pair.key) ?? position;
      rest = rest.slice(keyText(pair).length).replace(/^\./, '');
      node = pair.value;
    } else break;
  }
  return position;
}

function longestKey(items: readonly Pair[], rest: string): Pair | undefined {
  const fits = (key: string) => rest.startsWith(key) && /^(\.|\[|$)/.test(rest.slice(key.length));
  return items
    .filter((pair) => isPair(pair) && keyText(pair) !== '' && fits(keyText(pair)))
    .sort((a, b) => keyText(b).length - keyText(a).length)[0];
}

function keyText({ key }: Pair): string {
  return isScalar(key) ? String(key.value) : '';
}

function start(node: unknown): number | undefined {
  return (node as Partial<Node> | undefined)?.range?.[0];
}
