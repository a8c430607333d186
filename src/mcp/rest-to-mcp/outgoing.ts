/** The REST call that a tool call becomes. */
import type { QueryPair } from '#plugin-sdk/query.ts';
import type { ServeRequest } from '#plugin-sdk/serve.ts';
import { writeJson } from '../jsonrpc/json.ts';
import { type Template, type TemplateEnvironment, TemplateError } from '../template/template.ts';
import { textOf } from './arguments.ts';
import type { CompiledTool } from './compile.ts';
import type { Position } from './document.ts';
import { ToolError } from './errors.ts';
import type { BackendCredential, ClientCredential } from './security.ts';
import { parseUrl, setPairs, sortedForm } from './url.ts';

export interface OutgoingCall {
  readonly method: string;
  /** With query. */
  readonly path: string;
  /** `host` among them; values as byte strings. */
  readonly headers: readonly (readonly [string, string])[];
  readonly body: string | undefined;
}

export interface CallInput {
  /** Accepted arguments. */
  readonly args: ReadonlyMap<string, unknown>;
  /** JSON text that the templates read. */
  readonly data: string;
  readonly environment: Partial<TemplateEnvironment>;
  readonly request: Omit<ServeRequest, 'body'>;
  readonly client: ClientCredential;
  readonly backend: BackendCredential | undefined;
  /** Authorization of the client travels on where no scheme has taken it. */
  readonly passAuthorization: boolean;
}

type Pair = readonly [string, string];

/** Belong to the connection or the message of the client, not to the call of the tool. */
const NOT_FORWARDED = new Set([
  'host',
  'connection',
  'keep-alive',
  'proxy-connection',
  'proxy-authenticate',
  'proxy-authorization',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
  'expect',
  'content-length',
  'content-type',
  'content-encoding',
  'accept',
  'accept-encoding',
  'cookie',
  'authorization',
  'mcp-session-id',
  'mcp-protocol-version',
  'last-event-id',
  'x-envoy-allow-mcp-tools',
  'x-envoy-original-method',
  'x-envoy-original-path',
  'x-envoy-original-host',
  'x-higress-mcpserver-config',
]);
/** The length is that of the body that goes out, whatever a template says. */
const NOT_FROM_TEMPLATES = new Set(['content-length', 'transfer-encoding', 'connection']);
const FORM = 'application/x-www-form-urlencoded';
const JSON_TYPE = 'application/json; charset=utf-8';
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what must not be there
const NOT_IN_HEADERS = /[\u0000-\u0008\u000a-\u001f\u007f]/;

/** Throws ToolError when a template fails or makes something that HTTP cannot carry. */
export function buildCall(tool: CompiledTool, url: Template, input: CallInput): OutgoingCall {
  const { requestTemplate: request } = tool.document;
  const at = byPosition(tool, input.args);
  const rendered = render(url, input, 'URL');
  const headers: Pair[] = tool.headers
    .filter(({ name }) => !NOT_FROM_TEMPLATES.has(name))
    .map(({ name, value }) => [name, render(value, input, 'header')]);

  const target = parseUrl(withPathArguments(rendered, at('path')));
  const inQuery = request.argsToUrlParam ? at('query', undefined) : at('query');
  let query = setPairs(target.query, texts(inQuery));
  headers.push(...texts(at('header')).map(({ name, value }): Pair => [name.toLowerCase(), value]));
  const cookies = texts(at('cookie')).map(({ name, value }) => `${name}=${value}`);

  const content = bodyOf(tool, input, at, firstOf(headers, 'content-type'));
  if (content?.type !== undefined && firstOf(headers, 'content-type') === undefined) {
    headers.push(['content-type', content.type]);
  }
  if (firstOf(headers, 'accept') === undefined) headers.push(['accept', '*/*']);

  const { backend } = input;
  if (backend?.place === 'query') query = setPairs(query, [backend]);
  if (backend?.place === 'cookie') cookies.push(`${backend.name}=${backend.value}`);
  const own = backend?.place === 'header' ? replaced(headers, backend.name.toLowerCase(), backend.value) : headers;

  return {
    method: request.method,
    path: query.length === 0 ? target.path : `${target.path}?${sortedForm(query)}`,
    headers: allHeaders(withCookies(own, cookies), target.authority, input),
    body: content?.text,
  };
}

type Argument = readonly [name: string, value: unknown];
/** Arguments with one of these positions, in declared order. */
type Picker = (...positions: readonly (Position | undefined)[]) => readonly Argument[];

function byPosition(tool: CompiledTool, args: ReadonlyMap<string, unknown>): Picker {
  return (...positions) =>
    tool.document.args
      .filter(({ name, position }) => positions.includes(position) && args.has(name))
      .map(({ name }) => [name, args.get(name)]);
}

function texts(pairs: readonly Argument[]): QueryPair[] {
  return pairs.flatMap(([name, value]) => {
    const text = textOf(value);
    return text === undefined ? [] : [{ name, value: text }];
  });
}

/** All at once, so that a value with braces is not taken for the next name. */
function withPathArguments(url: string, pairs: readonly Argument[]): string {
  if (pairs.length === 0) return url;
  const values = new Map(texts(pairs).map(({ name, value }) => [name, value]));
  return url.replaceAll(/\{([^{}]+)\}/g, (whole, name: string) => values.get(name) ?? whole);
}

interface Content {
  readonly text: string;
  readonly type: string | undefined;
}

function bodyOf(tool: CompiledTool, input: CallInput, at: Picker, type: string | undefined): Content | undefined {
  const { requestTemplate: request } = tool.document;
  if (tool.body !== undefined) {
    const text = render(tool.body, input, 'body');
    return text === '' ? undefined : { text, type: isJson(text) ? JSON_TYPE : undefined };
  }
  const inBody = at('body');
  const all = at('body', undefined);
  if (request.argsToJsonBody) return { text: writeJson(Object.fromEntries(all)), type: JSON_TYPE };
  if (request.argsToFormBody) return { text: sortedForm(texts(all)), type: FORM };
  if (inBody.length === 0) return undefined;
  if (type?.toLowerCase().includes(FORM)) return { text: sortedForm(texts(inBody)), type: FORM };
  return { text: writeJson(Object.fromEntries(inBody)), type: JSON_TYPE };
}

function isJson(text: string): boolean {
  const ends = `${text.trim().at(0)}${text.trim().at(-1)}`;
  if (ends !== '{}' && ends !== '[]') return false;
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

/** What the client sent and may travel on, with the tool's own headers in place of those of the same name. */
function allHeaders(own: readonly Pair[], authority: string | undefined, input: CallInput): Pair[] {
  const { request, client } = input;
  const names = new Set(own.map(([name]) => name));
  const keepsAuthorization = input.passAuthorization && !client.handled;
  const forwarded: Pair[] = [];
  for (const [name, value] of request.headers.entries()) {
    if (name.startsWith(':') || names.has(name) || name === client.header) continue;
    if (NOT_FORWARDED.has(name) && !(name === 'authorization' && keepsAuthorization)) continue;
    forwarded.push([name, value]);
  }
  const host = firstOf(own, 'host') ?? authority ?? request.authority;
  return [
    ['host', wire('host', host)],
    ...forwarded,
    ['x-envoy-original-method', request.method],
    ['x-envoy-original-path', client.path],
    ['x-envoy-original-host', request.authority],
    ...own.filter(([name]) => name !== 'host').map(([name, value]): Pair => [name, wire(name, value)]),
  ];
}

/** UTF-8 as the byte string that HTTP clients want. */
function wire(name: string, value: string): string {
  const text = value.trim();
  if (NOT_IN_HEADERS.test(text)) throw new ToolError(`header ${name}: its value has control characters`);
  return Buffer.from(text, 'utf8').toString('latin1');
}

function withCookies(headers: readonly Pair[], cookies: readonly string[]): readonly Pair[] {
  if (cookies.length === 0) return headers;
  const existing = headers.filter(([name]) => name === 'cookie').map(([, value]) => value);
  return replaced(headers, 'cookie', [...existing, ...cookies].join('; '));
}

function replaced(headers: readonly Pair[], name: string, value: string): readonly Pair[] {
  return [...headers.filter((pair) => pair[0] !== name), [name, value]];
}

function firstOf(headers: readonly Pair[], name: string): string | undefined {
  return headers.find((pair) => pair[0] === name)?.[1];
}

function render(template: Template, { data, environment }: CallInput, what: string): string {
  try {
    return template.render(data, environment);
  } catch (error) {
    if (!(error instanceof TemplateError)) throw error;
    throw new ToolError(`error executing ${what} template: ${error.message}`);
  }
}
