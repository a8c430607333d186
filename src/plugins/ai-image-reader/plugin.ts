/** ai-image-reader: the images of the last question become the text that an OCR model reads in them. */
import { asArray, asObject, asString, type JsonObject, objectsOf, parseObject } from '#ai/json.ts';
import { editJsonTexts, toJsonText } from '#lib/json-text.ts';
import { definePlugin } from '#plugin-sdk/definition.ts';
import type { FilterHooks } from '#plugin-sdk/hooks.ts';
import { effectiveConfig, type ImageReaderConfig, schema } from './config.ts';
import { manifest } from './manifest.ts';
import { type Reading, readImages } from './ocr.ts';

function hooks(config: ImageReaderConfig): FilterHooks {
  return {
    needs: { requestHeaders: true, requestBody: 'buffered' },

    onRequestHeaders: ({ request }) =>
      /^\s*application\/json\s*(;|$)/i.test(request.headers.get('content-type') ?? '')
        ? undefined
        : { done: true, skipRequestBody: true },

    async onRequestBody(body, context) {
      const messages = asArray(parseObject(body.toString('utf8'))?.messages) ?? [];
      const at = messages.findLastIndex((message) => asObject(message)?.role === 'user');
      const parts = objectsOf(asObject(messages[at])?.content);
      const urls = parts.flatMap((part) => imageOf(part) ?? []);
      if (urls.length === 0) return undefined;
      const readings = await readImages(config, urls, context);
      if (!readings.some(({ called }) => called)) return undefined;
      const question = parts.flatMap((part) => (part.type === 'text' ? (asString(part.text) ?? []) : [])).join('\n');
      const edit = { path: ['messages', String(at), 'content'], raw: toJsonText(prompt(readings, question)) };
      const edited = editJsonTexts(body.toString('latin1'), [edit]);
      return edited === undefined ? undefined : { body: Buffer.from(edited, 'latin1') };
    },
  };
}

/** URL or data URL; some clients leave the object around it out. */
function imageOf(part: JsonObject): string | undefined {
  if (part.type !== 'image_url') return undefined;
  return (asString(asObject(part.image_url)?.url) ?? asString(part.image_url)) || undefined;
}

/** What the model reads in place of the images and the question. */
function prompt(readings: readonly Reading[], question: string): string {
  return [
    `# Images\nThe message below came with ${readings.length} image(s). This is the text in them, in their order:`,
    ...readings.map(({ text }, index) => `## Image ${index + 1}\n${text ?? '(this image could not be read)'}`),
    '# Instructions\nUse the text of the images for the answer. Answer in the language of the message, unless it asks for another.',
    `# Message\n${question}`,
  ].join('\n\n');
}

export default definePlugin<ImageReaderConfig>({ manifest, schema, effectiveConfig, hooks });
