/**
 * Envoy's API types behind one small face: plain objects in proto JSON with proto field names (snake_case) to bytes and back.
 * The descriptors are those of github.com/envoyproxy/go-control-plane/envoy (see hack/dump-descriptors.sh); they are read on first use.
 */
import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import type { Message } from '#xds/snapshot/resources.ts';
import { Decoder } from './decode.ts';
import { Encoder } from './encode.ts';
import { Schema } from './schema.ts';
import type { Any, MessageTypes } from './types.ts';

export { DecodeError, EncodeError } from './errors.ts';

const DATA = new URL('./data/envoy.binpb.gz', import.meta.url);

interface Codec {
  readonly schema: Schema;
  readonly encoder: Encoder;
  readonly decoder: Decoder;
}

// The only module state: a read-only table that is the same for everyone.
let codec: Codec | undefined;

function load(): Codec {
  if (codec === undefined) {
    const schema = new Schema(gunzipSync(readFileSync(DATA)));
    codec = { schema, encoder: new Encoder(schema), decoder: new Decoder(schema) };
  }
  return codec;
}

/** The descriptors, for generators and for checks of single names. */
export function envoySchema(): Schema {
  return load().schema;
}

/**
 * Bytes of a message; equal objects give equal bytes whatever the order of their keys. Fields that are undefined are left out.
 *
 * Durations are `5s` texts, timestamps RFC 3339, wrappers their plain value, Struct plain JSON, enums their word (or number), bytes a
 * Uint8Array or base64 text, 64-bit numbers a number, bigint or decimal text; an Any carries its type in `@type`. `SecretText` stands
 * for any string and is revealed. Messages must not be changed after they were encoded: the bytes of virtual hosts are remembered by
 * object identity.
 *
 * @param typeName full name, for example `envoy.config.listener.v3.Listener`
 * @throws EncodeError naming the place and, for misspelt words, the word that was likely meant
 */
export function encode(typeName: string, message: Message): Uint8Array {
  return load().encoder.encode(typeName, message);
}

/**
 * The message in the same form that `encode` takes, with Any expanded; an Any of unknown type keeps `value` as base64 text.
 * Numbers of 64 bits beyond 2^53 become text.
 *
 * @throws DecodeError when the bytes are not such a message
 */
export function decode(typeName: string, bytes: Uint8Array): Message {
  return load().decoder.decode(typeName, bytes) as Message;
}

/** The message type that a type URL names. */
export function typeNameOf(typeUrl: string): string {
  return typeUrl.slice(typeUrl.lastIndexOf('/') + 1);
}

/** The message as the content of an Any, checked at compile time: `anyOf('envoy.extensions.filters.http.router.v3.Router', {})`. */
export function anyOf<Name extends keyof MessageTypes>(typeName: Name, message: MessageTypes[Name]): Any {
  return { '@type': `type.googleapis.com/${typeName}`, ...message };
}
