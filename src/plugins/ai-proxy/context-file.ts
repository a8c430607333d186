/** A text that every chat gets as a system message: `context`, or a file that Moonshot keeps. Fetched once; a failure is tried again by the next request. */
import { asString, parseObject } from '#ai/json.ts';
import { TranslationError } from '#ai/providers/provider.ts';
import type { ProviderSettings } from '#ai/providers/settings.ts';
import { clusterOf } from '#plugin-sdk/balancing.ts';
import type { HostServices, HttpCall } from '#plugin-sdk/host.ts';
import { vendorPath } from './request-plan.ts';

/** The request that needs the text. */
export interface ContextUser {
  /** `outbound|PORT||HOST` that the request goes to. */
  readonly cluster: string;
  readonly token: string | undefined;
}

/** Throws TranslationError. */
export type ContextText = (http: HostServices['http'], user: ContextUser) => Promise<string>;

/** `host`: the vendor's. Undefined: chats get no text. */
export function contextOf(settings: ProviderSettings, host: string | undefined): ContextText | undefined {
  const { context, moonshotFileId, timeout, type } = settings;
  const details = `ai-proxy.${type}.load_ctx_failed`;
  if (context) {
    const url = new URL(context.fileUrl);
    return fetchedOnce(
      details,
      (text) => text,
      () => ({
        cluster: clusterOf(context.serviceName, context.servicePort),
        method: 'GET',
        path: url.pathname + url.search,
        headers: { host: url.host },
        timeoutMs: timeout,
      }),
    );
  }
  if (type !== 'moonshot' || moonshotFileId === '' || settings.protocol === 'original') return undefined;
  return fetchedOnce(
    details,
    (text) => asString(parseObject(text)?.content),
    ({ cluster, token }) => ({
      cluster,
      method: 'GET',
      path: vendorPath(`/v1/files/${encodeURIComponent(moonshotFileId)}/content`, settings),
      headers: { host: host ?? '', authorization: `Bearer ${token}` },
      timeoutMs: timeout,
    }),
  );
}

function fetchedOnce(
  details: string,
  read: (text: string) => string | undefined,
  callOf: (user: ContextUser) => HttpCall,
): ContextText {
  let text: Promise<string> | undefined;
  return (http, user) => {
    text ??= fetchText(http, user).catch((error: unknown) => {
      text = undefined;
      throw error;
    });
    return text;
  };

  async function fetchText(http: HostServices['http'], user: ContextUser): Promise<string> {
    const fail = (why: string) => new TranslationError(`failed to load context file: ${why}`, 500, details);
    const answer = await http.call(callOf(user)).catch((error: unknown) => {
      throw fail((error as Error).message);
    });
    if (answer.status !== 200) throw fail(`status ${answer.status}`);
    const content = read(answer.body.toString('utf8'));
    if (content === undefined) throw fail('the answer has no "content"');
    return content;
  }
}
