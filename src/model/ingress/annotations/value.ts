/**
 * Reading typed annotation values. Two prefixes: most names are read as `nginx.ingress.kubernetes.io/NAME` first, then as `higress.io/NAME`; the
 * nginx one wins when its value is valid, an invalid one is reported and falls through to the other.
 */
import type { Problem } from '#ir/types.ts';
import { type KubeObject, originOf } from '../../object.ts';

export const NGINX_PREFIX = 'nginx.ingress.kubernetes.io/';
export const HIGRESS_PREFIX = 'higress.io/';

/** `both`: nginx first, then higress. `higress`: only that prefix. */
export type Prefixes = 'both' | 'higress';

/** Names of one group, for telling known annotations from unknown ones. */
export type KnownNames = Readonly<Record<string, Prefixes>>;

/** A value, or what would have been allowed; `consequence` when the Ingress does not work as if the annotation were absent. */
export type Read<T> = { readonly value: T } | { readonly allowed: string; readonly consequence?: string };

const TRUE = new Set(['1', 't', 'T', 'TRUE', 'true', 'True']);
const FALSE = new Set(['0', 'f', 'F', 'FALSE', 'false', 'False']);

export function readBool(text: string): Read<boolean> {
  if (TRUE.has(text)) return { value: true };
  return FALSE.has(text) ? { value: false } : { allowed: 'true or false' };
}

/** Decimal, sign allowed, no spaces. */
export function readInt(min: number, max = Number.MAX_SAFE_INTEGER): (text: string) => Read<number> {
  const top = max === Number.MAX_SAFE_INTEGER ? ` of ${min} or more` : ` from ${min} to ${max}`;
  return (text) => {
    const value = /^[+-]?\d{1,15}$/.test(text) ? Number(text) : Number.NaN;
    return value >= min && value <= max ? { value: value + 0 } : { allowed: `a whole number${top}` };
  };
}

/** Every line trimmed; an empty result is invalid. */
export function readString(text: string): Read<string> {
  const value = text
    .split('\n')
    .map((line) => line.trim())
    .join('\n')
    .trim();
  return value === '' ? { allowed: 'a text that is not empty' } : { value };
}

export function readList(text: string): Read<readonly string[]> {
  const value = text
    .split(',')
    .map((item) => item.trim())
    .filter((item) => item !== '');
  return value.length === 0 ? { allowed: 'a comma list that is not empty' } : { value };
}

export function readOnOff(text: string): Read<boolean> {
  return text === 'on' || text === 'off' ? { value: text === 'on' } : { allowed: 'on or off' };
}

/** Text matching a pattern. */
export function readPattern(pattern: RegExp, allowed: string): (text: string) => Read<string> {
  return (text) => {
    const read = readString(text);
    return 'value' in read && pattern.test(read.value) ? read : { allowed };
  };
}

/** An absolute path without white space. */
export const readPath = readPattern(/^\/[^\s#]*$/, 'a path that begins with /');

/** `[namespace/]name` of an object; the namespace defaults to that of the Ingress. */
export interface ObjectRef {
  readonly namespace: string;
  readonly name: string;
}

export class AnnotationReader {
  readonly object: KubeObject;
  readonly problems: Problem[] = [];

  /** Without their prefixes: most of what is asked for is not there. */
  readonly #names: ReadonlySet<string>;

  constructor(object: KubeObject) {
    this.object = object;
    this.#names = new Set(
      Object.keys(object.metadata.annotations).flatMap((key) => {
        const prefix = PREFIXES.find((one) => key.startsWith(one));
        return prefix === undefined ? [] : [key.slice(prefix.length)];
      }),
    );
  }

  /** The first valid value among the prefixes; undefined when there is none. Invalid ones are reported. */
  get<T>(name: string, read: (text: string, key: string) => Read<T>, prefixes: Prefixes = 'both'): T | undefined {
    if (!this.#names.has(name)) return undefined;
    for (const key of keysOf(name, prefixes)) {
      const text = this.object.metadata.annotations[key];
      if (text === undefined) continue;
      const result = read(text, key);
      if ('value' in result) return result.value;
      this.invalid(key, text, result.allowed, result.consequence);
    }
    return undefined;
  }

  bool(name: string, prefixes?: Prefixes): boolean | undefined {
    return this.get(name, readBool, prefixes);
  }

  int(name: string, min: number, prefixes?: Prefixes): number | undefined {
    return this.get(name, readInt(min), prefixes);
  }

  string(name: string, prefixes?: Prefixes): string | undefined {
    return this.get(name, readString, prefixes);
  }

  list(name: string, prefixes?: Prefixes): readonly string[] | undefined {
    return this.get(name, readList, prefixes);
  }

  onOff(name: string, prefixes?: Prefixes): boolean | undefined {
    return this.get(name, readOnOff, prefixes);
  }

  reference(name: string, prefixes?: Prefixes): ObjectRef | undefined {
    return this.get(
      name,
      (text) => {
        const match = /^(?:([a-z0-9-]+)\/)?([a-z0-9][a-z0-9.-]*)$/.exec(text.trim());
        if (match === null) return { allowed: 'NAME or NAMESPACE/NAME' };
        return { value: { namespace: match[1] ?? this.object.metadata.namespace, name: match[2]! } };
      },
      prefixes,
    );
  }

  /** The key that is present, whatever its value. */
  key(name: string, prefixes: Prefixes = 'both'): string | undefined {
    if (!this.#names.has(name)) return undefined;
    return keysOf(name, prefixes).find((key) => this.object.metadata.annotations[key] !== undefined);
  }

  has(name: string, prefixes?: Prefixes): boolean {
    return this.key(name, prefixes) !== undefined;
  }

  /** A whole value, or one part of a list, that does not count. */
  invalid(key: string, value: string, allowed: string, consequence = 'works as if it were absent'): void {
    const shown = value.length > 100 ? `${value.slice(0, 100)}…` : value;
    this.report(key, 'AnnotationInvalid', `${key}: "${shown}" is not allowed; the Ingress ${consequence}`, {
      value: shown,
      hint: `allowed: ${allowed}`,
    });
  }

  report(
    key: string,
    reason: string,
    message: string,
    more: { readonly severity?: Problem['severity']; readonly value?: string; readonly hint?: string } = {},
  ): void {
    const origin = originOf(this.object, `metadata.annotations["${key}"]`);
    this.problems.push({ severity: 'error', reason, origin, message, ...more });
  }
}

const PREFIXES = [NGINX_PREFIX, HIGRESS_PREFIX] as const;

function keysOf(name: string, prefixes: Prefixes): string[] {
  const higress = HIGRESS_PREFIX + name;
  return prefixes === 'higress' ? [higress] : [NGINX_PREFIX + name, higress];
}
