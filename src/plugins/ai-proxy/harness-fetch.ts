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
    const url = new URL(input instanceof Request ? input.url : input);
    const result = await harness.request({
      method: init?.method ?? 'GET',
      path: url.pathname + url.search,
      authority: url.host,
      headers: Object.fromEntries(new Headers(init?.headers)),
      ...(typeof init?.body === 'string' ? { body: init.body } : {}),
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
