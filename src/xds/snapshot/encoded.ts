/** A resource with its bytes and its content version, computed once per resource object. */
import { sha256 } from '#lib/hash.ts';
import { encode, typeNameOf } from '#xds/proto/index.ts';
import { type Resource, TYPE_URL } from './resources.ts';

export interface EncodedResource {
  readonly resource: Resource;
  readonly name: string;
  /** 16 hex digits of the hash of the bytes: equal content has an equal version, on every replica and after a restart. */
  readonly version: string;
  readonly bytes: Uint8Array;
  /** Addend of the version of a whole type; depends on name and version. */
  readonly mark: bigint;
}

/** @throws EncodeError */
export type EncodeResource = (resource: Resource) => Uint8Array;

export const encodeResource: EncodeResource = (resource) =>
  resource.type === 'chain' || resource.type === 'upstream'
    ? Buffer.from(JSON.stringify(resource.message))
    : encode(typeNameOf(TYPE_URL[resource.type]), resource.message);

/** Remembers by object identity: builders hand out the same object for an unchanged resource. */
export class ResourceEncoder {
  readonly #encode: EncodeResource;
  readonly #known = new WeakMap<Resource, EncodedResource>();

  constructor(encodeOne: EncodeResource = encodeResource) {
    this.#encode = encodeOne;
  }

  /** @throws EncodeError */
  encode(resource: Resource): EncodedResource {
    const known = this.#known.get(resource);
    if (known !== undefined) return known;
    const bytes = this.#encode(resource);
    const version = sha256(bytes).slice(0, 16);
    const mark = BigInt(`0x${sha256(`${resource.name}\0${version}`).slice(0, 16)}`);
    const made = { resource, name: resource.name, version, bytes, mark };
    this.#known.set(resource, made);
    return made;
  }
}
