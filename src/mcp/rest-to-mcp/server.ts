/** REST tools as an MCP tool server. Calls go to the destination of the route that the server stands on; the host in a URL is only its authority. */
import type { ThrottledLog } from '#lib/log.ts';
import type { HttpAnswer } from '#plugin-sdk/host.ts';
import type { ServeContext, ServeRequest } from '#plugin-sdk/serve.ts';
import { INVALID_PARAMS, type JsonObject, JsonRpcError } from '../jsonrpc/message.ts';
import { type CallToolResult, type Tool, type ToolServer, textResult } from '../protocol/types.ts';
import { type TemplateEnvironment, TemplateError, templateData } from '../template/template.ts';
import { mapAnswer, mapDirect } from './answer.ts';
import { acceptArguments } from './arguments.ts';
import { type CompiledTool, compileTool } from './compile.ts';
import type { RestServerDocument } from './document.ts';
import { ToolError } from './errors.ts';
import { buildCall, type OutgoingCall } from './outgoing.ts';
import { backendCredential, takeClientCredential, type Warn } from './security.ts';

/** A comma list of tools set by something in front of the server; narrows what is allowed. */
export const ALLOW_TOOLS_HEADER = 'x-envoy-allow-mcp-tools';
const SERVER_VERSION = '1.0.0';
/** For routes without a limit: longer than clients wait for a tool by default. */
const DEFAULT_TIMEOUT_MS = 120_000;

export interface RestCallContext {
  readonly request: ServeRequest;
  readonly serve: ServeContext;
  /** Shared by all calls of one server, so that what fails all the time is told now and then only. */
  readonly failures: ThrottledLog;
}

/** Throws PluginConfigError for templates that cannot be read. */
export function restToolServer(document: RestServerDocument): ToolServer<RestCallContext> {
  const tools = compileTools(document);
  const list = [...tools.values()].map(({ described }) => described);
  const schemes = new Map(document.securitySchemes.map((scheme) => [scheme.id, scheme]));
  const allowed = document.allowTools && new Set(document.allowTools);

  const allows = (name: string, { request }: RestCallContext): boolean => {
    if (allowed !== undefined && !allowed.has(name)) return false;
    const narrower = request.headers.get(ALLOW_TOOLS_HEADER);
    return !narrower || narrower.split(',').some((word) => word.trim() === name);
  };

  const call = async (tool: CompiledTool, given: JsonObject, context: RestCallContext): Promise<CallToolResult> => {
    const { request, serve, failures } = context;
    const args = acceptArguments(tool.document.args, given);
    const data = templateData({ config: document.config, args: Object.fromEntries(args) });
    const environment = environmentOf(context);
    if (tool.url === undefined) return mapDirect(tool, direct(tool, data, environment));
    const warn: Warn = (fields, message) => failures.failure(`${tool.document.name}: ${message}`, fields, message);
    const client = takeClientCredential(tool.document, document, schemes, request, warn);
    const backend = backendCredential(tool.document, document, schemes, client.passed, warn);
    const passAuthorization = document.passthroughAuthHeader;
    const input = { args, data, environment, request, client, backend, passAuthorization };
    const answer = await send(buildCall(tool, tool.url, input), serve, failures);
    return mapAnswer(tool, answer, environment);
  };

  return {
    name: document.name,
    version: SERVER_VERSION,
    tools: (context): readonly Tool[] => list.filter(({ name }) => allows(name, context)),
    async call(name, args, context) {
      const tool = tools.get(name);
      if (tool === undefined) return undefined;
      if (!allows(name, context)) {
        throw new JsonRpcError(INVALID_PARAMS, `Tool not allowed: ${name}`, 'tool_not_allowed');
      }
      try {
        return await call(tool, args, context);
      } catch (error) {
        if (error instanceof ToolError) return textResult(error.message, true);
        throw error;
      }
    },
  };
}

/** By name, in the order of the configuration; the last of two with one name counts. */
export function compileTools(document: Pick<RestServerDocument, 'tools'>): ReadonlyMap<string, CompiledTool> {
  return new Map(document.tools.map((tool, index) => [tool.name, compileTool(tool, `tools.${index}`)]));
}

function direct(tool: CompiledTool, data: string, environment: Partial<TemplateEnvironment>): string {
  try {
    return tool.response?.render(data, environment) ?? '';
  } catch (error) {
    if (!(error instanceof TemplateError)) throw error;
    throw new ToolError(`error executing response template: ${error.message}`);
  }
}

/** Whatever keeps the call from being answered is an answer as the proxy would give it. */
async function send(
  call: OutgoingCall,
  { destinations, host, signal, timeoutMs = DEFAULT_TIMEOUT_MS }: ServeContext,
  failures: ThrottledLog,
): Promise<HttpAnswer> {
  const cluster = choose(destinations, host.random());
  if (cluster === undefined) return localAnswer(503, 'no destination');
  try {
    const answer = await host.http.call({ ...call, cluster, signal, timeoutMs });
    failures.recovery(cluster, { cluster }, 'calls of tools are answered again');
    return answer;
  } catch (error) {
    const err = error instanceof Error ? error.message : String(error);
    // A client that goes away takes its calls along; nobody reads this answer.
    if (!signal.aborted) failures.failure(cluster, { cluster, err }, 'a call of a tool failed');
    const late = error instanceof Error && 'timeout' in error && error.timeout === true;
    return late ? localAnswer(504, 'upstream request timeout') : localAnswer(503, 'upstream connect error');
  }
}

function localAnswer(status: number, text: string): HttpAnswer {
  return { status, headers: { 'content-type': 'text/plain' }, body: Buffer.from(text) };
}

/** `random` in [0, 1). */
function choose(destinations: ServeContext['destinations'], random: number): string | undefined {
  const total = destinations.reduce((sum, { weight }) => sum + weight, 0);
  let left = random * total;
  for (const { backend, weight } of destinations) {
    left -= weight;
    if (left < 0) return backend;
  }
  return destinations.findLast(({ weight }) => weight > 0)?.backend;
}

function environmentOf({ request, serve }: RestCallContext): Partial<TemplateEnvironment> {
  return {
    now: () => serve.host.now(),
    socketAddress: request.sourceAddress,
    forwardedFor: request.headers.get('x-forwarded-for') ?? '',
  };
}
