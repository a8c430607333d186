/** YAML as Kubernetes' tools read it: YAML 1.2 plus `yes`/`no`/`on`/`off` as booleans and merge keys. Never throws. */
import { type CreateNodeOptions, type Document, parseDocument, type ScalarTag } from 'yaml';

/** Aliases may not multiply a small text into a large value. */
const MAX_ALIASES = 100;

const yes = (test: RegExp, value: boolean): ScalarTag => ({
  identify: () => false,
  default: true,
  tag: 'tag:yaml.org,2002:bool',
  test,
  resolve: () => value,
});
const OLD_BOOLEANS = [yes(/^(?:yes|Yes|YES|on|On|ON)$/, true), yes(/^(?:no|No|NO|off|Off|OFF)$/, false)];

export interface YamlError {
  /** One-based line within the text. */
  readonly line: number;
  readonly message: string;
}

export type YamlResult =
  | { readonly ok: true; readonly value: unknown; readonly document: Document }
  | { readonly ok: false; readonly error: YamlError };

/** One document. Duplicate keys, cut-off text, alias bombs and absurd nesting are errors. */
export function parseYaml(text: string): YamlResult {
  try {
    const document = parseDocument(text, {
      merge: true,
      prettyErrors: false,
      logLevel: 'silent',
      stringKeys: false,
      customTags: (tags) => [...OLD_BOOLEANS, ...tags],
    } satisfies CreateNodeOptions & Parameters<typeof parseDocument>[1]);
    const error = document.errors[0];
    if (error !== undefined) return failure(text, error.pos[0], error.message);
    const value: unknown = document.toJS({ maxAliasCount: MAX_ALIASES });
    return { ok: true, value, document };
  } catch (error) {
    const message = error instanceof RangeError ? 'is nested too deeply' : String((error as Error).message ?? error);
    return failure(text, 0, message);
  }
}

function failure(text: string, position: number, message: string): YamlResult {
  return { ok: false, error: { line: lineAt(text, position), message: (message.split('\n')[0] ?? '').slice(0, 300) } };
}

/** One-based line of a position. */
export function lineAt(text: string, position: number): number {
  let line = 1;
  for (let at = text.indexOf('\n'); at >= 0 && at < position; at = text.indexOf('\n', at + 1)) line += 1;
  return line;
}
