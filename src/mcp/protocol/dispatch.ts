/** Methods of MCP on a server of tools: one message in, at most one out. Transports and sessions are others' business. */
import {
  errorMessage,
  INTERNAL_ERROR,
  INVALID_PARAMS,
  type IncomingMessage,
  isObject,
  type JsonObject,
  JsonRpcError,
  METHOD_NOT_FOUND,
  type OutgoingMessage,
  resultMessage,
} from '../jsonrpc/message.ts';
import type { ToolServer } from './types.ts';
import { negotiate } from './versions.ts';

export interface Outcome {
  /** Absent: the message wants no answer. */
  readonly answer?: OutgoingMessage;
  /** Words for the access log: method, and why it failed. */
  readonly method: string;
  readonly reason?: string;
  /** For `tools/call`. */
  readonly tool?: string;
  /** What the server did not foresee: to be logged, never shown to the client. */
  readonly failure?: unknown;
}

export async function dispatch<C>(server: ToolServer<C>, message: IncomingMessage, context: C): Promise<Outcome> {
  switch (message.kind) {
    case 'response':
      return { method: 'response' };
    case 'notification':
      return { method: message.method };
    case 'invalid':
      return {
        answer: errorMessage(message.id, message.code, message.message),
        method: 'unknown',
        reason: 'invalid_request',
      };
    case 'request': {
      const { id, method, params } = message;
      const tool = method === 'tools/call' && typeof params.name === 'string' ? { tool: params.name } : {};
      try {
        const { reason, result } = await run(server, method, params, context);
        return { answer: resultMessage(id, result), method, ...tool, ...(reason === undefined ? {} : { reason }) };
      } catch (error) {
        if (error instanceof JsonRpcError) {
          return { answer: errorMessage(id, error.code, error.message), method, ...tool, reason: error.reason };
        }
        const answer = errorMessage(id, INTERNAL_ERROR, 'Internal error');
        return { answer, method, ...tool, reason: 'internal_error', failure: error };
      }
    }
  }
}

interface Done {
  readonly result: JsonObject;
  readonly reason?: string;
}

async function run<C>(server: ToolServer<C>, method: string, params: JsonObject, context: C): Promise<Done> {
  switch (method) {
    case 'initialize': {
      const serverInfo = { name: server.name, version: server.version };
      return {
        result: { protocolVersion: negotiate(params.protocolVersion), capabilities: { tools: {} }, serverInfo },
      };
    }
    case 'ping':
      return { result: {} };
    case 'tools/list':
      // One page always; `nextCursor` stays away, for some clients take even an empty one as "there is more".
      return { result: { tools: server.tools(context) } };
    case 'tools/call':
      return callTool(server, params, context);
    default:
      throw new JsonRpcError(METHOD_NOT_FOUND, `method not found:${method}`, 'method_not_found');
  }
}

async function callTool<C>(server: ToolServer<C>, params: JsonObject, context: C): Promise<Done> {
  const { name } = params;
  if (typeof name !== 'string') {
    throw new JsonRpcError(INVALID_PARAMS, 'params.name must be the name of a tool', 'invalid_params');
  }
  const args = params.arguments ?? {};
  if (!isObject(args)) {
    throw new JsonRpcError(INVALID_PARAMS, 'params.arguments must be a JSON object', 'invalid_params');
  }
  const result = await server.call(name, args, context);
  if (result === undefined) throw new JsonRpcError(INVALID_PARAMS, `Unknown tool: ${name}`, 'unknown_tool');
  return { result: { ...result }, ...(result.isError ? { reason: 'tool_failed' } : {}) };
}
