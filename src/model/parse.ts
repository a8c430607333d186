/** From an unknown document to a typed object with problems: what the parsers of all kinds share. */
import type { ZodError, ZodType } from 'zod';
import type { Origin, Problem } from '#ir/types.ts';
import { didYouMean } from '#lib/did-you-mean.ts';
import { typeWords, zodWords } from '#lib/zod-words.ts';
import type { KubeObject, ObjectMeta, Parsed, RawDocument } from './object.ts';

export interface ParseDefaults {
  /** Namespace of objects that name none. */
  readonly namespace: string;
}

export type Fields = Readonly<Record<string, unknown>>;

export function isRecord(value: unknown): value is Fields {
  return value !== null && typeof value === 'object' && !Array.isArray(value);
}

/** Collects the problems of one object. */
export interface Reporter {
  readonly problems: Problem[];
  origin(path?: string): Origin;
  error(path: string, message: string, extra?: { reason?: string; value?: string; hint?: string }): void;
  warning(path: string, message: string, extra?: { reason?: string; value?: string; hint?: string }): void;
}

export function reporter(origin: Omit<Origin, 'path'>): Reporter {
  const problems: Problem[] = [];
  const at = (path?: string): Origin => (path === undefined || path === '' ? origin : { ...origin, path });
  const add =
    (severity: Problem['severity']) =>
    (
      path: string,
      message: string,
      { reason = 'Invalid', value, hint }: { reason?: string; value?: string; hint?: string } = {},
    ) => {
      const optional = { ...(value === undefined ? {} : { value }), ...(hint === undefined ? {} : { hint }) };
      problems.push({ severity, reason, origin: at(path), message, ...optional });
    };
  return { problems, origin: at, error: add('error'), warning: add('warning') };
}

export interface ReadObject<K extends string> extends Reporter {
  readonly document: Fields;
  /** What every object of the kind begins with. */
  readonly base: KubeObject<K>;
}

/** Reads apiVersion, kind and metadata. Undefined, with the problems, when the object has no usable name. */
export function readObject<K extends string>(
  kind: K,
  raw: RawDocument,
  defaults: ParseDefaults,
): ReadObject<K> | { readonly problems: readonly Problem[]; readonly base?: undefined } {
  const document = isRecord(raw.value) ? raw.value : {};
  const metadata = isRecord(document.metadata) ? document.metadata : {};
  const name = typeof metadata.name === 'string' ? metadata.name : '';
  const namespace =
    typeof metadata.namespace === 'string' && metadata.namespace !== '' ? metadata.namespace : defaults.namespace;
  const report = reporter({ kind, namespace, name, ...(raw.file === undefined ? {} : { file: raw.file }) });
  if (name === '') {
    report.error('metadata.name', 'metadata.name is missing', { hint: 'give the object a name' });
    return { problems: report.problems };
  }
  const meta: ObjectMeta = {
    name,
    namespace,
    labels: texts(metadata.labels, 'metadata.labels', report),
    annotations: texts(metadata.annotations, 'metadata.annotations', report),
    ...optional(metadata, 'creationTimestamp', 'string'),
    ...optional(metadata, 'generation', 'number'),
    ...optional(metadata, 'resourceVersion', 'string'),
    ...optional(metadata, 'uid', 'string'),
  };
  const base: KubeObject<K> = {
    kind,
    apiVersion: typeof document.apiVersion === 'string' ? document.apiVersion : '',
    metadata: meta,
    ...(raw.file === undefined ? {} : { file: raw.file }),
  };
  return { ...report, document, base };
}

function optional(metadata: Fields, key: string, type: 'string' | 'number'): object {
  const value = metadata[key];
  return typeof value === type ? { [key]: value } : {};
}

const NO_TEXTS: Readonly<Record<string, string>> = Object.freeze({});

/** A map of texts. Other values are left out with a problem: Kubernetes would refuse the object. */
export function texts(value: unknown, path: string, report: Reporter): Readonly<Record<string, string>> {
  if (value === undefined || value === null) return NO_TEXTS;
  if (!isRecord(value)) {
    report.error(path, `${path} must be a map of texts, not ${describe(value)}`);
    return {};
  }
  const out: [string, string][] = [];
  for (const [key, text] of Object.entries(value)) {
    if (typeof text === 'string') out.push([key, text]);
    else {
      report.error(join(path, key), `${join(path, key)} must be a text, not ${describe(text)}`, {
        hint: 'put it in quotes',
      });
    }
  }
  return out.length === 0 ? NO_TEXTS : Object.fromEntries(out);
}

/** Checks one part of an object; what is wrong is reported under `path`, and undefined returned. */
export function check<T>(schema: ZodType<T>, value: unknown, path: string, report: Reporter): T | undefined {
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  reportZod(result.error, value, path, report);
  return undefined;
}

export function reportZod(error: ZodError, value: unknown, path: string, report: Reporter): void {
  for (const issue of error.issues) {
    const at = issue.path.reduce<string>((before, key) => join(before, key), path);
    const found = valueAt(value, issue.path);
    const secret = isSecret(at, report.origin().kind);
    report.error(at, `${at} ${zodWords(issue, found, secret)}`, secret ? {} : shown(found));
  }
}

/** Warns of keys that a schema does not know, with the nearest known one. */
export function warnUnknown(value: unknown, known: Iterable<string>, path: string, report: Reporter): void {
  if (!isRecord(value)) return;
  const names = [...known];
  for (const key of Object.keys(value)) {
    if (names.includes(key)) continue;
    const near = didYouMean(key, names);
    report.warning(join(path, key), `${join(path, key)} is not a field that is known, and is ignored`, {
      reason: 'UnknownField',
      ...(near === undefined ? {} : { hint: `did you mean ${near}?` }),
    });
  }
}

/** Field path with one more step: `a.b`, `a[3]`. */
export function join(path: string, key: PropertyKey): string {
  if (typeof key === 'number') return `${path}[${key}]`;
  return path === '' ? String(key) : `${path}.${String(key)}`;
}

/** The part of a value that a path leads to; undefined when there is none. */
export function valueAt(value: unknown, path: readonly PropertyKey[]): unknown {
  let at = value;
  for (const key of path) at = at !== null && typeof at === 'object' ? (at as Fields)[String(key)] : undefined;
  return at;
}

/** All ConfigMaps have `data`, whatever is in it. */
function isSecret(path: string, kind: string): boolean {
  return /pass|secret|token|key|credential|config|data/i.test(
    kind === 'ConfigMap' ? path.replace(/^data\b/, '') : path,
  );
}

/** Short, and no lists. */
function shown(found: unknown): { value?: string } {
  if (found === null || typeof found === 'object' || found === undefined) return {};
  return { value: String(found).slice(0, 80) };
}

/** The type of a value in words, for messages. */
export function describe(value: unknown): string {
  return typeof value === 'number' || typeof value === 'boolean' ? `the ${typeof value} ${value}` : typeWords(value);
}

export function failed<T>(problems: readonly Problem[]): Parsed<T> {
  return { object: undefined, problems };
}
