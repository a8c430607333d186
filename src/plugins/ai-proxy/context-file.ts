/** `context` of a provider: a text that every chat gets as a system message. Fetched once; a failure is tried again by the next request. */
import { TranslationError } from '#ai/providers/provider.ts';
import type { ProviderSettings } from '#ai/providers/settings.ts';
import type { HostServices } from '#plugin-sdk/host.ts';

export function loadContext(
  file: NonNullable<ProviderSettings['context']>,
  timeoutMs: number,
): (http: HostServices['http']) => Promise<string> {
  const url = new URL(file.fileUrl);
  let text: Promise<string> | undefined;
  return (http) => {
    text ??= fetchText(http).catch((error: unknown) => {
      text = undefined;
      throw error;
    });
    return text;
  };

  async function fetchText(http: HostServices['http']): Promise<string> {
    const answer = await http.call({
      cluster: `outbound|${file.servicePort}||${file.serviceName}`,
      method: 'GET',
      path: url.pathname + url.search,
      headers: { host: url.host },
      timeoutMs,
    });
    if (answer.status !== 200) throw new TranslationError(`failed to load context file: status ${answer.status}`);
    return answer.body.toString('utf8');
  }
}
