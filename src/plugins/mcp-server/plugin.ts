/** mcp-server: answers MCP over Streamable HTTP on its route; the calls of its REST tools go to the destination of that route. */
import { type ThrottledLog, throttled } from '#lib/log.ts';
import type { RestServerDocument } from '#mcp/rest-to-mcp/document.ts';
import { restToolServer } from '#mcp/rest-to-mcp/server.ts';
import { type Exchange, exchange } from '#mcp/streamable-http/endpoint.ts';
import { definePlugin } from '#plugin-sdk/definition.ts';
import type { ServeContext, ServeHooks } from '#plugin-sdk/serve.ts';
import { effectiveConfig, schema } from './config.ts';
import { manifest } from './manifest.ts';

export default definePlugin<RestServerDocument>({
  manifest,
  schema,
  effectiveConfig,
  serve,
  secretKeys: ['server.config', 'config', 'defaultCredential', 'credential', 'tools.requestTemplate.headers.value'],
});

function serve(config: RestServerDocument): ServeHooks {
  const server = restToolServer(config);
  let failures: ThrottledLog | undefined;
  return {
    async handle(request, context) {
      failures ??= throttled(context.host.log);
      const done = await exchange(server, request, { request, serve: context, failures });
      report(config.name, done, context, failures);
      const tool = done.outcomes.find((outcome) => outcome.tool !== undefined)?.tool;
      if (tool === undefined) return done.response;
      return { ...done.response, logFields: { mcp_server_name: config.name, mcp_tool_name: tool } };
    },
  };
}

function report(name: string, { outcomes }: Exchange, { host, routeName }: ServeContext, failures: ThrottledLog): void {
  for (const { method, reason, tool, failure } of outcomes) {
    if (failure !== undefined) {
      const err = failure instanceof Error ? (failure.stack ?? failure.message) : String(failure);
      const fields = { route: routeName, server: name, method, tool, err };
      failures.failure(`failed: ${tool ?? ''}`, fields, 'an MCP request failed in the gateway');
    }
    // Names that clients make up must not become label values.
    if (tool !== undefined && reason !== 'unknown_tool') {
      host.metrics.count('mcp_tool_calls', { server: name, tool, result: reason ?? 'ok' });
    }
  }
}
