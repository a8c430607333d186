/** A YAML file as separate documents. Each is cut out by its text, so that an unchanged one need not be parsed again. */

import { parseYaml, type YamlError } from '#lib/yaml.ts';
import { isRecord } from '#model/parse.ts';

/** Larger files are refused: a manifest of this size is a mistake, and parsing it would hold up everything else. */
export const MAX_FILE_BYTES = 8 * 1024 * 1024;
/** Objects may not nest deeper. */
const MAX_DEPTH = 200;

export interface Chunk {
  readonly text: string;
  /** One-based line of the first line that says something. */
  readonly line: number;
}

/** Cuts at document markers. `---` at the beginning of a line is a marker wherever it stands: YAML allows it in no text. Documents of comments only are left out. */
export function splitDocuments(text: string): readonly Chunk[] {
  const chunks: Chunk[] = [];
  let lines: string[] = [];
  let first = 1;
  const flush = (next: number) => {
    const said = lines.findIndex(
      (line) => !/^(---)?\s*(#.*)?$/.test(line) && !/^%/.test(line) && !/^\.\.\.\s*$/.test(line),
    );
    if (said >= 0) chunks.push({ text: lines.join('\n'), line: first + said });
    lines = [];
    first = next;
  };
  for (const [index, line] of text.split(/\r?\n/).entries()) {
    const before = lines.length;
    if (/^---(\s|$)/.test(line) && before > 0 && !lines.every((one) => /^(%.*|\s*(#.*)?)$/.test(one))) flush(index + 1);
    lines.push(line);
  }
  flush(0);
  return chunks;
}

export type DocumentResult =
  | { readonly ok: true; readonly values: readonly unknown[] }
  | { readonly ok: false; readonly error: YamlError };

/** The objects of one document; a `List` gives its items. Lines of errors count from the beginning of the chunk. */
export function readDocument(text: string): DocumentResult {
  const parsed = parseYaml(text);
  if (!parsed.ok) return parsed;
  const unfit = unfitPart(parsed.value, 0);
  if (unfit !== undefined) return { ok: false, error: { line: 1, message: unfit } };
  const { value } = parsed;
  if (value === null || value === undefined) return { ok: true, values: [] };
  if (isRecord(value) && value.kind === 'List' && Array.isArray(value.items)) return { ok: true, values: value.items };
  return { ok: true, values: [value] };
}

function unfitPart(value: unknown, depth: number): string | undefined {
  if (value === null || typeof value !== 'object') return undefined;
  if (depth > MAX_DEPTH) return `is nested deeper than ${MAX_DEPTH} levels`;
  if (Object.hasOwn(value, '__proto__')) return 'holds the key __proto__, which no field has';
  for (const part of Object.values(value)) {
    const unfit = unfitPart(part, depth + 1);
    if (unfit !== undefined) return unfit;
  }
  return undefined;
}
