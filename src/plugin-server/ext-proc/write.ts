/** Writes `envoy.service.ext_proc.v3.ProcessingResponse` as gRPC messages. Replies that say "go on" are constants. */
import type { HeaderEdits } from '#plugin-sdk/engine/header-table.ts';
import type { Effects, LocalReply } from '#plugin-sdk/hooks.ts';
import { BackWriter } from './back-writer.ts';
import { BODY_MODE } from './read.ts';

/** Field numbers of the reply kinds in ProcessingResponse. */
const REPLY_FIELD = {
  requestHeaders: 1,
  responseHeaders: 2,
  requestBody: 3,
  responseBody: 4,
  requestTrailers: 5,
  responseTrailers: 6,
} as const;

export type ReplyKind = keyof typeof REPLY_FIELD;

const IMMEDIATE_FIELD = 7;
const METADATA_FIELD = 8;
const MODE_FIELD = 9;
/** override_message_timeout */
const PATIENCE_FIELD = 10;

/** Namespaces of the access-log fields; the filter configuration lists them as receiving namespaces. */
export const AI_LOG_NAMESPACE = 'higress.ai_log';
export const LOG_NAMESPACE = 'higress.log';

/** HeaderValueOption.append_action */
const OVERWRITE = 2;
/** HeaderValueOption.append as BoolValue true: ext_proc takes the default append_action for "overwrite" unless this older field is there. */
const APPEND_TRUE = Buffer.from([0x08, 0x01]);

const SEND = 1;
const SKIP = 2;

/** Replaces Envoy's processing mode for the rest of the stream; `BODY_MODE` numbers. */
export interface ModeOverride {
  readonly responseHeaders: boolean;
  readonly requestBody: number;
  readonly responseBody: number;
}

export interface Reply {
  readonly headers?: HeaderEdits | undefined;
  /** Undefined leaves the body (part) as it is; empty clears it. */
  readonly body?: Buffer | undefined;
  readonly reroute?: boolean | undefined;
  readonly effects?: Effects | undefined;
  readonly mode?: ModeOverride | undefined;
}

const writer = new BackWriter();

/** `00 00 00 00 02 TAG 00`: an empty reply of that kind means "continue". */
export const CONTINUE: Readonly<Record<ReplyKind, Buffer>> = {
  requestHeaders: emptyReply('requestHeaders'),
  responseHeaders: emptyReply('responseHeaders'),
  requestBody: emptyReply('requestBody'),
  responseBody: emptyReply('responseBody'),
  requestTrailers: emptyReply('requestTrailers'),
  responseTrailers: emptyReply('responseTrailers'),
};

function emptyReply(kind: ReplyKind): Buffer {
  writer.close(REPLY_FIELD[kind], writer.length);
  return writer.takeFrame();
}

export function writeReply(kind: ReplyKind, reply: Reply): Buffer {
  if (reply.mode) writeMode(reply.mode);
  if (reply.effects) writeMetadata(reply.effects);
  const outer = writer.length;
  const common = writer.length;
  if (reply.reroute) writer.number(5, 1);
  if (reply.body !== undefined) {
    const mark = writer.length;
    if (reply.body.length === 0) writer.number(2, 1);
    else writer.bytes(1, reply.body);
    writer.close(3, mark);
  }
  if (reply.headers) {
    const mark = writer.length;
    writeMutation(reply.headers);
    writer.close(2, mark);
  }
  // HeadersResponse, BodyResponse: response=1.
  if (writer.length > common) writer.close(1, common);
  writer.close(REPLY_FIELD[kind], outer);
  return writer.takeFrame();
}

/** A part of the response body that answers no message: only in mode `duplex`. */
export function writePart(body: Buffer, end: boolean, effects: Effects | undefined): Buffer {
  if (effects) writeMetadata(effects);
  const mark = writer.length;
  if (end) writer.number(2, 1);
  if (body.length > 0) writer.bytes(1, body);
  // BodyMutation.streamed_response=3, CommonResponse.body_mutation=3, BodyResponse.response=1.
  writer.close(3, mark);
  writer.close(3, mark);
  writer.close(1, mark);
  writer.close(REPLY_FIELD.responseBody, mark);
  return writer.takeFrame();
}

/** Ends the request with an answer of the plugin's own. */
export function writeImmediate(reply: LocalReply, effects: Effects | undefined): Buffer {
  if (effects) writeMetadata(effects);
  const outer = writer.length;
  if (reply.details !== '') writer.text(5, reply.details);
  if (reply.body !== undefined && reply.body.length > 0) {
    if (typeof reply.body === 'string') writer.text(3, reply.body);
    else writer.bytes(3, reply.body);
  }
  const headers = Object.entries(reply.headers ?? {});
  if (headers.length > 0) {
    const mark = writer.length;
    const set = headers.map(([name, value]) => [name.toLowerCase(), value] as const);
    writeMutation({ remove: [], append: [], set });
    writer.close(2, mark);
  }
  const mark = writer.length;
  writer.number(1, reply.status);
  writer.close(1, mark);
  writer.close(IMMEDIATE_FIELD, outer);
  return writer.takeFrame();
}

/** Asks Envoy to wait longer for the reply to the message at hand; once per message. */
export function writePatience(seconds: number): Buffer {
  const mark = writer.length;
  writer.number(1, seconds);
  writer.close(PATIENCE_FIELD, mark);
  return writer.takeFrame();
}

function writeMutation({ remove, set, append }: HeaderEdits): void {
  // Written backwards: what Envoy reads first comes last.
  for (let i = remove.length - 1; i >= 0; i--) writer.text(2, remove[i]!);
  for (let i = append.length - 1; i >= 0; i--) writeHeader(append[i]!, true);
  for (let i = set.length - 1; i >= 0; i--) writeHeader(set[i]!, false);
}

function writeHeader([name, value]: readonly [string, string], append: boolean): void {
  const option = writer.length;
  // Without keep_empty_value Envoy drops a header that is set to nothing.
  if (value === '') writer.number(4, 1);
  if (append) writer.bytes(2, APPEND_TRUE);
  else writer.number(3, OVERWRITE);
  const header = writer.length;
  writer.text(3, value);
  writer.text(1, name);
  writer.close(1, header);
  writer.close(1, option);
}

function writeMode(mode: ModeOverride): void {
  const mark = writer.length;
  // Envoy refuses duplex bodies unless trailers come along.
  writer.number(6, mode.responseBody === BODY_MODE.duplex ? SEND : SKIP);
  writer.number(5, SKIP);
  writer.number(4, mode.responseBody);
  writer.number(3, mode.requestBody);
  writer.number(2, mode.responseHeaders ? SEND : SKIP);
  writer.number(1, SEND);
  writer.close(MODE_FIELD, mark);
}

/** A Struct of Structs: namespace to fields. */
function writeMetadata(effects: Effects): void {
  const mark = writer.length;
  if (effects.aiLog) writeEntry(AI_LOG_NAMESPACE, effects.aiLog);
  if (effects.logFields) writeEntry(LOG_NAMESPACE, effects.logFields);
  if (effects.metadata)
    for (const [namespace, fields] of Object.entries(effects.metadata)) writeEntry(namespace, fields);
  writer.close(METADATA_FIELD, mark);
}

function writeStruct(value: object): void {
  const fields = value as Readonly<Record<string, unknown>>;
  for (const key of Object.keys(fields)) if (fields[key] !== undefined) writeEntry(key, fields[key]);
}

/** One entry of Struct.fields. */
function writeEntry(key: string, value: unknown): void {
  const entry = writer.length;
  writeValue(value);
  writer.close(2, entry);
  writer.text(1, key);
  writer.close(1, entry);
}

function writeValue(value: unknown): void {
  if (typeof value === 'string') writer.text(3, value);
  else if (typeof value === 'number') {
    if (Number.isFinite(value)) writer.double(2, value);
    else writer.text(3, String(value));
  } else if (typeof value === 'boolean') writer.number(4, value ? 1 : 0);
  else if (Array.isArray(value)) {
    const list = writer.length;
    for (let i = value.length - 1; i >= 0; i--) {
      const mark = writer.length;
      writeValue(value[i]);
      writer.close(1, mark);
    }
    writer.close(6, list);
  } else if (value !== null && typeof value === 'object') {
    const struct = writer.length;
    writeStruct(value);
    writer.close(5, struct);
  } else writer.number(1, 0);
}
