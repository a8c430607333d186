/** ConfigMap: `higress-config` and `higress-https` of the system namespace are read; others are kept for those who name them. */
import type { KubeObject, Parsed, RawDocument } from './object.ts';
import { failed, type ParseDefaults, readObject, texts } from './parse.ts';

export const HIGRESS_CONFIG_NAME = 'higress-config';
export const HIGRESS_HTTPS_NAME = 'higress-https';

export { type HigressConfig, higressConfigOf } from './higress-config/higress-config.ts';
export { createHttpsReader, type HigressHttps, higressHttpsOf, type SharedCredential } from './higress-https.ts';

export interface ConfigMap extends KubeObject<'ConfigMap'> {
  readonly data: Readonly<Record<string, string>>;
}

export function parseConfigMap(raw: RawDocument, defaults: ParseDefaults): Parsed<ConfigMap> {
  const read = readObject('ConfigMap', raw, defaults);
  if (read.base === undefined) return failed(read.problems);
  const data = texts(read.document.data, 'data', read);
  return { object: { ...read.base, data }, problems: read.problems };
}
