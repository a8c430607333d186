/** Shapes of MCP that tool servers speak; the newest revision's, which earlier clients read too. */
import type { JsonObject } from '../jsonrpc/message.ts';

export interface Tool {
  readonly name: string;
  readonly description: string;
  readonly inputSchema: JsonObject;
  readonly outputSchema?: JsonObject;
}

export type ContentItem =
  | { readonly type: 'text'; readonly text: string }
  /** `data` is base64. */
  | { readonly type: 'image'; readonly data: string; readonly mimeType: string };

/** What a tool says. A tool that fails is a result with `isError`, not an error of the protocol: the model shall read it. */
export interface CallToolResult {
  readonly content: readonly ContentItem[];
  readonly isError: boolean;
  readonly structuredContent?: JsonObject;
}

/** A server of tools. `C` is what a call may know of the HTTP request it came in. */
export interface ToolServer<C> {
  readonly name: string;
  readonly version: string;
  /** In the order of the configuration. */
  tools(context: C): readonly Tool[];
  /** Undefined: no tool of that name. Throws JsonRpcError where the call itself is wrong. */
  call(name: string, args: JsonObject, context: C): Promise<CallToolResult | undefined>;
}

export function textResult(text: string, isError = false): CallToolResult {
  return { content: [{ type: 'text', text }], isError };
}
