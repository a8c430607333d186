/** Secret: values are wrapped at once, so that nothing after this can print them. */
import { SecretText } from '#lib/secret.ts';
import type { KubeObject, Parsed, RawDocument } from './object.ts';
import { describe, failed, isRecord, type ParseDefaults, type Reporter, readObject } from './parse.ts';

export interface Secret extends KubeObject<'Secret'> {
  readonly type: string;
  /** Decoded; `stringData` wins over `data` for the same key. */
  readonly data: Readonly<Record<string, SecretText>>;
}

const BASE64 = /^[A-Za-z0-9+/]*={0,2}$/;

export function parseSecret(raw: RawDocument, defaults: ParseDefaults): Parsed<Secret> {
  const read = readObject('Secret', raw, defaults);
  if (read.base === undefined) return failed(read.problems);
  const { type } = read.document;
  const values: [string, SecretText][] = [];
  for (const [key, text] of entries(read.document.data, 'data', read)) {
    const packed = text.replace(/\s/g, '');
    if (BASE64.test(packed) && packed.length % 4 === 0) {
      values.push([key, new SecretText(Buffer.from(packed, 'base64').toString('utf8'))]);
    } else {
      const hint = 'encode the value, or write it as it is under stringData';
      read.error(`data.${key}`, `data.${key} is not base64`, { hint });
    }
  }
  for (const [key, text] of entries(read.document.stringData, 'stringData', read)) {
    values.push([key, new SecretText(text)]);
  }
  const object: Secret = {
    ...read.base,
    type: typeof type === 'string' ? type : 'Opaque',
    data: Object.fromEntries(values),
  };
  return { object, problems: read.problems };
}

/** Reports by type only: a value that was written wrongly may still be a secret. */
function entries(value: unknown, path: string, report: Reporter): [string, string][] {
  if (value === undefined || value === null) return [];
  if (!isRecord(value)) {
    report.error(path, `${path} must be a map of texts`);
    return [];
  }
  return Object.entries(value).flatMap(([key, text]): [string, string][] => {
    if (typeof text === 'string') return [[key, text]];
    if (text === null) return [];
    const kind = describe(text).replace(/^the (number|boolean).*/, 'a $1');
    report.error(`${path}.${key}`, `${path}.${key} must be a text, not ${kind}`, { hint: 'put it in quotes' });
    return [];
  });
}
