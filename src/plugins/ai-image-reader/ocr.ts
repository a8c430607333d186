/** The calls of the OCR service: one for each image. */
import { asObject, asString, objectsOf, parseObject } from '#ai/json.ts';
import { clusterOf } from '#plugin-sdk/balancing.ts';
import type { HookContext } from '#plugin-sdk/hooks.ts';
import type { ImageReaderConfig } from './config.ts';

/** `text` undefined: the image could not be read. `called`: the service, or the time limit, had its say. */
export interface Reading {
  readonly text: string | undefined;
  readonly called: boolean;
}

/** Calls under way for one request. */
const CALLS_AT_ONCE = 8;
/** What the service takes an image to have: 4 to 1280 tiles of 28 × 28 pixels. */
const PIXELS = { min_pixels: 3136, max_pixels: 1_003_520 };

/** What stands in the images, in their order. */
export async function readImages(
  config: ImageReaderConfig,
  urls: readonly string[],
  context: HookContext,
): Promise<readonly Reading[]> {
  const readings: Reading[] = [];
  const left = urls.entries();
  const worker = async () => {
    // All workers draw from the one iterator.
    for (const [index, url] of left) readings[index] = await readImage(config, url, context);
  };
  await Promise.all(Array.from({ length: Math.min(CALLS_AT_ONCE, urls.length) }, worker));
  return readings;
}

async function readImage(config: ImageReaderConfig, url: string, context: HookContext): Promise<Reading> {
  const { host, routeName, signal } = context;
  const image = { type: 'image_url', image_url: { url }, ...PIXELS };
  try {
    const answer = await host.http.call({
      cluster: clusterOf(config.serviceName, config.servicePort),
      method: 'POST',
      path: '/compatible-mode/v1/chat/completions',
      headers: {
        host: config.serviceHost,
        'content-type': 'application/json',
        authorization: `Bearer ${config.apiKey}`,
      },
      body: JSON.stringify({ model: config.model, messages: [{ role: 'user', content: [image] }] }),
      timeoutMs: config.timeout,
      signal,
    });
    const choice = objectsOf(parseObject(answer.body.toString('utf8'))?.choices)[0];
    const text = answer.status === 200 ? asString(asObject(choice?.message)?.content) : undefined;
    if (text === undefined) {
      host.log.warn({ route: routeName, status: answer.status }, 'the OCR service did not read an image');
    }
    return { text, called: true };
  } catch (error) {
    host.log.warn({ route: routeName, err: (error as Error).message }, 'the OCR service did not answer');
    return { text: undefined, called: (error as { timeout?: boolean }).timeout === true };
  }
}
