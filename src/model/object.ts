/** What all kinds share: metadata, where an object was read, and the outcome of parsing one document. */
import type { Origin, Problem } from '#ir/types.ts';

export interface ObjectMeta {
  readonly name: string;
  readonly namespace: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
  /** RFC 3339; objects from a folder get the file's order instead (see `order`). */
  readonly creationTimestamp?: string;
  readonly generation?: number;
  readonly resourceVersion?: string;
  readonly uid?: string;
}

export interface KubeObject<K extends string = string> {
  readonly kind: K;
  readonly apiVersion: string;
  readonly metadata: ObjectMeta;
  /** `file:line` when read from a folder. */
  readonly file?: string;
}

/** A raw document of some kind on its way into the model. */
export interface RawDocument {
  readonly value: unknown;
  readonly file?: string;
}

export interface Parsed<T> {
  /** Undefined when nothing of the object can be used. */
  readonly object: T | undefined;
  readonly problems: readonly Problem[];
}

export function originOf(object: KubeObject, path?: string): Origin {
  return {
    kind: object.kind,
    namespace: object.metadata.namespace,
    name: object.metadata.name,
    ...(path === undefined ? {} : { path }),
    ...(object.file === undefined ? {} : { file: object.file }),
  };
}
