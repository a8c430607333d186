/** Calls of one tool through the whole plugin, for its tests. */
import type { HttpAnswer, HttpCall } from '#plugin-sdk/host.ts';
import { httpAnswer, type LogRecord, type TestServeRequest, testServe } from '#plugin-sdk/testing.ts';
import { effectiveConfig } from './config.ts';
import plugin from './plugin.ts';

export interface ToolCall {
  /** The tool; `name` is `t` unless it says otherwise. */
  readonly tool: object;
  readonly server?: object;
  /** JSON text where digits matter. */
  readonly args?: object | string;
  readonly request?: TestServeRequest;
  readonly answer?: HttpAnswer | (() => HttpAnswer | Promise<HttpAnswer>);
}

export interface ToolAnswer {
  /** What reached the backend; absent when nothing did. */
  readonly call: HttpCall | undefined;
  /** Header of the call, all values joined. */
  readonly sent: (name: string) => string | undefined;
  readonly result: {
    readonly content: readonly { readonly type: string; readonly text?: string }[];
    readonly isError: boolean;
    readonly structuredContent?: unknown;
  };
  /** Text of the result. */
  readonly text: string | undefined;
  /** The answer's body as it went out. */
  readonly raw: string;
  readonly logs: readonly LogRecord[];
}

export async function callTool({ tool, server = {}, args = {}, request = {}, answer }: ToolCall): Promise<ToolAnswer> {
  const written = { server: { name: 's', ...server }, tools: [{ name: 't', ...tool }] };
  const config = effectiveConfig(undefined, written);
  if (config === undefined) throw new Error('no configuration');
  const harness = testServe(plugin, JSON.parse(JSON.stringify(config)) as typeof config, {
    host: { http: typeof answer === 'function' ? answer : () => answer ?? httpAnswer({ ok: true }), now: () => 0 },
  });
  const name = (tool as { name?: string }).name ?? 't';
  const given = typeof args === 'string' ? args : JSON.stringify(args);
  const body = `{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"${name}","arguments":${given}}}`;
  const response = await harness.request({ path: '/mcp', ...request, body });
  const raw = String(response.body ?? '');
  const { result } = JSON.parse(raw) as { result: ToolAnswer['result'] };
  const [call] = harness.calls;
  const headers = (call?.headers ?? []) as readonly (readonly [string, string])[];
  const sent = (wanted: string): string | undefined => {
    const values = headers.filter(([header]) => header === wanted).map(([, value]) => value);
    return values.length === 0 ? undefined : values.join(' | ');
  };
  return { call, sent, result, text: result.content[0]?.text, raw, logs: harness.logs };
}
