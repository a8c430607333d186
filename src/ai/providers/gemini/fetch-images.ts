/** Gemini reads no foreign URLs: images that messages name by http(s) are fetched and put into the request. */
import { sniffImage } from '#lib/media-type.ts';
import type { VendorCall } from '../provider.ts';
import { TranslationError } from '../provider.ts';
import { FETCH_FAILED, type FetchedImages, type InlineData } from './parts.ts';

/** Of all images of one request together. */
const LIMIT_BYTES = 100 * 1024 * 1024;
const TIMEOUT_MS = 30_000;

/** Throws TranslationError when one of them does not come. */
export async function fetchImages(
  urls: readonly string[],
  { host, signal }: Pick<VendorCall, 'host' | 'signal'>,
  publicOnly: boolean,
): Promise<FetchedImages> {
  if (urls.length === 0) return new Map();
  const { web } = host;
  if (!web) throw failed('this plugin server fetches nothing from the web; send images as data URLs');
  const given = new AbortController();
  const over = AbortSignal.any([signal, given.signal]);
  let left = LIMIT_BYTES;
  const fetchOne = async (url: string): Promise<readonly [string, InlineData]> => {
    const answer = await web.get({
      url,
      headers: { accept: 'image/*' },
      limitBytes: LIMIT_BYTES,
      timeoutMs: TIMEOUT_MS,
      publicOnly,
      signal: over,
    });
    if (answer.status !== 200) throw new Error(`status ${answer.status}`);
    left -= answer.body.length;
    if (left < 0) throw new Error(`the images are larger than ${LIMIT_BYTES} bytes together`);
    const told = /^image\/[\w.+-]+/i.exec(answer.headers['content-type'] ?? '')?.[0]?.toLowerCase();
    const mimeType = sniffImage(answer.body) ?? told;
    if (mimeType === undefined) throw new Error('it is no image');
    return [url, { mimeType, data: answer.body.toString('base64') }];
  };
  try {
    return new Map(await Promise.all(urls.map(fetchOne)));
  } catch (error) {
    given.abort();
    throw failed((error as Error).message);
  }
}

function failed(reason: string): TranslationError {
  return new TranslationError(`failed to fetch an image of the messages: ${reason}`, 500, FETCH_FAILED);
}
