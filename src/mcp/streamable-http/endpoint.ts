/**
 * One endpoint of the Streamable HTTP transport without sessions: messages come by POST, each answer is the body of the same exchange, so any
 * replica can give it. There is no stream to GET and no session to DELETE.
 */
import type { ServeRequest, ServeResponse } from '#plugin-sdk/serve.ts';
import { parseJson, writeJson } from '../jsonrpc/json.ts';
import {
  errorMessage,
  INVALID_REQUEST,
  type IncomingMessage,
  type OutgoingMessage,
  PARSE_ERROR,
  readMessage,
} from '../jsonrpc/message.ts';
import { dispatch, type Outcome } from '../protocol/dispatch.ts';
import type { ToolServer } from '../protocol/types.ts';
import { isSupported, SUPPORTED_VERSIONS } from '../protocol/versions.ts';

/** A batch is as much work as its messages; more of them are refused. */
export const BATCH_LIMIT = 100;

export interface Exchange {
  readonly response: ServeResponse;
  /** What became of each message, in their order. */
  readonly outcomes: readonly Outcome[];
}

/** Answers one HTTP request. */
export async function exchange<C>(server: ToolServer<C>, request: ServeRequest, context: C): Promise<Exchange> {
  const details = (what: string) => `mcp:${server.name}:${what}`;
  const refuse = (status: number, reason: string, message?: OutgoingMessage, headers = {}): Exchange => ({
    response: message === undefined ? empty(status, details(reason), headers) : json(status, message, details(reason)),
    outcomes: [],
  });

  if (request.method !== 'POST') {
    const reason =
      request.method === 'DELETE' ? 'session_termination_not_supported' : 'not_support_sse_on_this_endpoint';
    return refuse(405, reason, undefined, { allow: 'POST' });
  }
  if (isForeignSimpleRequest(request)) return refuse(403, 'foreign_origin');
  if (request.body.length === 0) return refuse(400, 'missing_body_in_mcp_request');
  const value = parsed(request.body);
  if (value === undefined)
    return refuse(400, 'parse_error', errorMessage(null, PARSE_ERROR, 'Failed to parse message'));
  const batch = Array.isArray(value);
  if (batch && (value.length === 0 || value.length > BATCH_LIMIT)) {
    const text = `a batch must have 1 to ${BATCH_LIMIT} messages`;
    return refuse(400, 'invalid_batch', errorMessage(null, INVALID_REQUEST, text));
  }
  const messages = (batch ? value : [value]).map(readMessage);
  const version = request.headers.get('mcp-protocol-version');
  if (version !== undefined && !isSupported(version) && !messages.some(isInitialize)) {
    const text = `Bad Request: Unsupported protocol version (supported versions: ${SUPPORTED_VERSIONS.join(', ')})`;
    return refuse(400, 'unsupported_version', errorMessage(null, INVALID_REQUEST, text));
  }

  const outcomes = await Promise.all(messages.map((message) => dispatch(server, message, context)));
  const answers = outcomes.flatMap(({ answer }) => (answer === undefined ? [] : [answer]));
  const [first] = outcomes;
  const summary = details([first?.method, first?.reason].filter((word) => word !== undefined).join(':'));
  if (answers.length === 0) return { response: empty(202, summary), outcomes };
  return { response: json(200, batch ? answers : answers[0], summary), outcomes };
}

/**
 * A page of another site asks without the browser asking us first: such requests must not call tools. With a JSON content type browsers send a
 * preflight, which the CORS policy of the route answers.
 */
function isForeignSimpleRequest({ headers, authority }: ServeRequest): boolean {
  const origin = headers.get('origin');
  if (origin === undefined) return false;
  const type = (headers.get('content-type') ?? '').split(';', 1)[0]?.trim().toLowerCase();
  if (type === 'application/json') return false;
  return origin.slice(origin.indexOf('://') + 3).toLowerCase() !== authority.toLowerCase();
}

function parsed(body: Buffer): unknown {
  try {
    return parseJson(body.toString('utf8'));
  } catch {
    return undefined;
  }
}

function isInitialize(message: IncomingMessage): boolean {
  return message.kind === 'request' && message.method === 'initialize';
}

function json(status: number, value: unknown, details: string): ServeResponse {
  const body = writeJson(value);
  const headers = {
    'content-type': 'application/json; charset=utf-8',
    'content-length': String(Buffer.byteLength(body)),
  };
  return { status, headers, body, details };
}

function empty(status: number, details: string, headers: Readonly<Record<string, string>> = {}): ServeResponse {
  return { status, headers: { 'content-length': '0', ...headers }, details };
}
