/** IngressClass: only its name counts; `spec.controller` and the is-default annotation are not looked at. */
import type { KubeObject, Parsed, RawDocument } from './object.ts';
import { failed, type ParseDefaults, readObject } from './parse.ts';

export interface IngressClass extends KubeObject<'IngressClass'> {}

/** The kind is cluster-scoped: its namespace is empty whatever the document says. */
export function parseIngressClass(raw: RawDocument, _defaults: ParseDefaults): Parsed<IngressClass> {
  const read = readObject('IngressClass', raw, { namespace: '' });
  if (read.base === undefined) return failed(read.problems);
  const metadata = { ...read.base.metadata, namespace: '' };
  return { object: { ...read.base, metadata }, problems: read.problems };
}
