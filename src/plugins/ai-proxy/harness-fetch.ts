/** For tests: a `fetch` that goes through a plugin harness, so that the vendors' own SDK clients judge our answers. */
import type { PluginHarness, TestAnswer, TestResult, UpstreamRequest } from '#plugin-sdk/testing.ts';

export interface HarnessFetch {
  readonly fetch: typeof globalThis.fetch;
  /** Results in the order of the requests. */
  readonly results: TestResult[];
}

export function harnessFetch(harness: PluginHarness, respond: (upstream: UpstreamRequest) => TestAnswer): HarnessFetch {
  const results: TestResult[] = [];
  const fetch = async (input: string | URL | Request, init?: RequestInit): Promise<Response> => {
    const sent = new Request(input, init);
    const url = new URL(sent.url);
    // OpenAI's client asks so whether this fetch can send forms.
    if (url.protocol === 'data:') return globalThis.fetch(sent);
    const sentBody = Buffer.from(await sent.arrayBuffer());
    const result = await harness.request({
      method: sent.method,
      path: url.pathname + url.search,
      authority: url.host,
      headers: Object.fromEntries(sent.headers),
      ...(sentBody.length > 0 ? { body: sentBody } : {}),
      respond,
    });
    results.push(result);
    const headers = [...result.response.headers.entries()].filter(([name]) => !name.startsWith(':'));
    const body = new ReadableStream({
      start(controller) {
        for (const part of result.response.parts) controller.enqueue(Buffer.from(part));
        controller.close();
      },
    });
    return new Response(body, {
      status: result.response.status,
      headers: headers.map(([name, value]) => [name, value]),
    });
  };
  return { fetch: fetch as typeof globalThis.fetch, results };
}
