import { RE2JS } from 're2js';
import { definePlugin } from '#plugin-sdk/definition.ts';
import type { FilterHooks, Headers, LocalReply } from '#plugin-sdk/hooks.ts';
import { BODY_LIMIT_BYTES, effectiveConfig, foldCase, type RequestBlockConfig, schema } from './config.ts';
import { lower } from './lower.ts';
import { manifest } from './manifest.ts';

export default definePlugin<RequestBlockConfig>({ manifest, schema, effectiveConfig, hooks, lower });

function hooks(config: RequestBlockConfig): FilterHooks {
  const fold = config.caseSensitive ? (text: string) => text : foldCase;
  const flags = config.caseSensitive ? 0 : RE2JS.CASE_INSENSITIVE;
  const patterns = config.patterns.map((pattern) => RE2JS.compile(pattern, flags));
  const bodies = config.bodies.map((text) => Buffer.from(text, 'utf8').toString('latin1'));
  const reply = (details: string): { reply: LocalReply } => ({
    reply: {
      status: config.status,
      body: config.message,
      details: `request-block.${details}`,
      ...(config.message === '' ? {} : { headers: { 'content-type': 'text/plain' } }),
    },
  });
  return {
    needs: {
      requestHeaders: true,
      requestBody: bodies.length > 0 ? 'buffered' : 'none',
      bufferLimitBytes: BODY_LIMIT_BYTES,
    },
    onRequestHeaders({ request }) {
      const url = fold(request.path);
      if (config.exact.includes(url)) return reply('url_blocked.exact');
      if (config.keywords.some((text) => url.includes(text))) return reply('url_blocked.keyword');
      if (patterns.some((pattern) => pattern.matcher(request.path).find())) return reply('url_blocked.regexp');
      if (config.headers.length > 0) {
        const text = fold(headerText(request.headers));
        if (config.headers.some((part) => text.includes(part))) return reply('body_blocked');
      }
      return undefined;
    },
    ...(bodies.length === 0
      ? {}
      : {
          onRequestBody(body: Buffer) {
            const text = fold(body.toString('latin1'));
            return bodies.some((part) => text.includes(part)) ? reply('body_blocked') : undefined;
          },
        }),
  };
}

function headerText(headers: Headers): string {
  let text = '';
  for (const [name, value] of headers.entries()) text += `${name}\n${value}\n`;
  return text;
}
