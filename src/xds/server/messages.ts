/** The messages of the xDS transport. Answers are written by hand, since their resources are bytes already. */
import { decode, encode } from '#xds/proto/index.ts';
import { Reader, WIRE, Writer } from '#xds/proto/wire.ts';
import type { Message } from '#xds/snapshot/resources.ts';

export const ADS_SERVICE = 'envoy.service.discovery.v3.AggregatedDiscoveryService';

const DISCOVERY = 'envoy.service.discovery.v3';

export interface WireNode {
  readonly id?: string;
  readonly cluster?: string;
  readonly metadata?: { readonly [key: string]: unknown };
  readonly user_agent_version?: string;
  readonly user_agent_build_version?: {
    readonly version?: { readonly major_number?: number; readonly minor_number?: number; readonly patch?: number };
  };
}

export interface StatusDetail {
  readonly code?: number;
  readonly message?: string;
}

export interface SotwRequest {
  readonly version_info?: string;
  readonly node?: WireNode;
  readonly resource_names?: readonly string[];
  readonly type_url?: string;
  readonly response_nonce?: string;
  readonly error_detail?: StatusDetail;
}

export interface DeltaRequest {
  readonly node?: WireNode;
  readonly type_url?: string;
  readonly resource_names_subscribe?: readonly string[];
  readonly resource_names_unsubscribe?: readonly string[];
  readonly initial_resource_versions?: Readonly<Record<string, string>>;
  readonly response_nonce?: string;
  readonly error_detail?: StatusDetail;
}

export interface WireResource {
  readonly name: string;
  readonly version: string;
  readonly bytes: Uint8Array;
}

export interface SotwResponse {
  readonly version: string;
  readonly typeUrl: string;
  readonly nonce: string;
  readonly resources: readonly WireResource[];
}

export interface DeltaResponse extends SotwResponse {
  readonly removed: readonly string[];
}

export function decodeSotwRequest(bytes: Uint8Array): SotwRequest {
  return decode(`${DISCOVERY}.DiscoveryRequest`, bytes);
}

export function decodeDeltaRequest(bytes: Uint8Array): DeltaRequest {
  return decode(`${DISCOVERY}.DeltaDiscoveryRequest`, bytes);
}

export function encodeDeltaRequest(request: DeltaRequest): Buffer {
  return asBuffer(encode(`${DISCOVERY}.DeltaDiscoveryRequest`, request as Message));
}

export function encodeSotwRequest(request: SotwRequest): Buffer {
  return asBuffer(encode(`${DISCOVERY}.DiscoveryRequest`, request as Message));
}

export function encodeSotwResponse(response: SotwResponse): Buffer {
  const writer = new Writer();
  writer.tag(1, WIRE.bytes).string(response.version);
  for (const resource of response.resources) writeAny(writer, 2, response.typeUrl, resource.bytes);
  writer.tag(4, WIRE.bytes).string(response.typeUrl).tag(5, WIRE.bytes).string(response.nonce);
  return asBuffer(writer.finish());
}

export function encodeDeltaResponse(response: DeltaResponse): Buffer {
  const writer = new Writer();
  writer.tag(1, WIRE.bytes).string(response.version);
  for (const resource of response.resources) {
    const start = writer.tag(2, WIRE.bytes).open();
    writer.tag(1, WIRE.bytes).string(resource.version);
    writeAny(writer, 2, response.typeUrl, resource.bytes);
    writer.tag(3, WIRE.bytes).string(resource.name);
    writer.close(start);
  }
  writer.tag(4, WIRE.bytes).string(response.typeUrl).tag(5, WIRE.bytes).string(response.nonce);
  for (const name of response.removed) writer.tag(6, WIRE.bytes).string(name);
  return asBuffer(writer.finish());
}

/** A delta answer as a client reads it; the resources stay bytes, of whatever type they are. */
export function decodeDeltaResponse(bytes: Uint8Array): DeltaResponse {
  const reader = new Reader(bytes);
  const resources: WireResource[] = [];
  const removed: string[] = [];
  let version = '';
  let typeUrl = '';
  let nonce = '';
  while (!reader.done) {
    const tag = reader.uint32();
    const field = tag >>> 3;
    if (field === 1) version = reader.string();
    else if (field === 2) resources.push(readResource(reader.part()));
    else if (field === 4) typeUrl = reader.string();
    else if (field === 5) nonce = reader.string();
    else if (field === 6) removed.push(reader.string());
    else reader.skip(tag & 7);
  }
  return { version, typeUrl, nonce, resources, removed };
}

function readResource(reader: Reader): WireResource {
  let name = '';
  let version = '';
  let bytes: Uint8Array = new Uint8Array();
  while (!reader.done) {
    const tag = reader.uint32();
    const field = tag >>> 3;
    if (field === 1) version = reader.string();
    else if (field === 2) bytes = readAnyValue(reader.part());
    else if (field === 3) name = reader.string();
    else reader.skip(tag & 7);
  }
  return { name, version, bytes };
}

function readAnyValue(reader: Reader): Uint8Array {
  let value: Uint8Array = new Uint8Array();
  while (!reader.done) {
    const tag = reader.uint32();
    if (tag >>> 3 === 2) value = reader.bytes();
    else reader.skip(tag & 7);
  }
  return value;
}

function writeAny(writer: Writer, field: number, typeUrl: string, bytes: Uint8Array): void {
  const start = writer.tag(field, WIRE.bytes).open();
  writer.tag(1, WIRE.bytes).string(typeUrl);
  if (bytes.length > 0) writer.tag(2, WIRE.bytes).bytes(bytes);
  writer.close(start);
}

function asBuffer(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
