/** JSON-RPC 2.0 messages as MCP uses them. */

export type JsonRpcId = string | number | bigint;
export type JsonObject = Readonly<Record<string, unknown>>;

export const PARSE_ERROR = -32700;
export const INVALID_REQUEST = -32600;
export const METHOD_NOT_FOUND = -32601;
export const INVALID_PARAMS = -32602;
export const INTERNAL_ERROR = -32603;

export type IncomingMessage =
  | { readonly kind: 'request'; readonly id: JsonRpcId; readonly method: string; readonly params: JsonObject }
  | { readonly kind: 'notification'; readonly method: string }
  /** An answer to something the server asked, or anything else that wants no answer. */
  | { readonly kind: 'response' }
  /** `id` is null where the message has none that can be used. */
  | { readonly kind: 'invalid'; readonly id: JsonRpcId | null; readonly code: number; readonly message: string };

export type OutgoingMessage =
  | { readonly jsonrpc: '2.0'; readonly id: JsonRpcId; readonly result: JsonObject }
  | {
      readonly jsonrpc: '2.0';
      readonly id: JsonRpcId | null;
      readonly error: { readonly code: number; readonly message: string; readonly data?: unknown };
    };

/** A request that is answered with an error object. `reason` is a short word for logs. */
export class JsonRpcError extends Error {
  readonly code: number;
  readonly reason: string;

  constructor(code: number, message: string, reason: string) {
    super(message);
    this.name = 'JsonRpcError';
    this.code = code;
    this.reason = reason;
  }
}

/** Never throws; what is wrong with the value is part of the answer. */
export function readMessage(value: unknown): IncomingMessage {
  if (!isObject(value)) return invalid(null, INVALID_REQUEST, 'a message must be a JSON object');
  const id = isId(value.id) ? value.id : null;
  if (value.jsonrpc !== '2.0') return invalid(id, INVALID_REQUEST, 'Invalid JSON-RPC version');
  if (value.method === undefined) {
    const answers = 'result' in value || 'error' in value || !('id' in value);
    return answers ? { kind: 'response' } : invalid(id, INVALID_REQUEST, 'a request must have a method');
  }
  if (typeof value.method !== 'string') return invalid(id, INVALID_REQUEST, 'method must be a string');
  if (!('id' in value)) return { kind: 'notification', method: value.method };
  if (id === null) return invalid(null, INVALID_REQUEST, 'id must be a string or a number');
  const { params = {} } = value;
  if (params === null) return { kind: 'request', id, method: value.method, params: {} };
  if (!isObject(params)) return invalid(id, INVALID_PARAMS, 'params must be a JSON object');
  return { kind: 'request', id, method: value.method, params };
}

export function resultMessage(id: JsonRpcId, result: JsonObject): OutgoingMessage {
  return { jsonrpc: '2.0', id, result };
}

export function errorMessage(id: JsonRpcId | null, code: number, message: string): OutgoingMessage {
  return { jsonrpc: '2.0', id, error: { code, message } };
}

export function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isId(value: unknown): value is JsonRpcId {
  return typeof value === 'string' || typeof value === 'number' || typeof value === 'bigint';
}

function invalid(id: JsonRpcId | null, code: number, message: string): IncomingMessage {
  return { kind: 'invalid', id, code, message };
}
