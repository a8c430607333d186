/** Cohere: chat is translated to its first chat API; rerank is Cohere's own and passes with the model mapped. */
import { API_PATHS, CHAT, type DetectedApi } from '../../api.ts';
import { uuid } from '../../ids.ts';
import { asString } from '../../json.ts';
import { configured } from '../compatible.ts';
import type { Provider, Translation, VendorCall } from '../provider.ts';
import type { ProviderSettings } from '../settings.ts';
import { fromCohere } from './from-cohere.ts';
import { lineReader } from './lines.ts';
import { cohereStream } from './stream.ts';
import { toCohere } from './to-cohere.ts';

const RERANK = 'cohere/v1/rerank';

export function cohereProvider(settings: ProviderSettings): Provider {
  return {
    type: 'cohere',
    host: settings.providerDomain || 'api.cohere.com',
    auth: 'bearer',
    passesUnknownApis: false,
    editsBodies: true,
    capabilities: { [CHAT]: '/v1/chat', [RERANK]: API_PATHS[RERANK], ...configured(settings) },
    ...(settings.protocol === 'original' ? { detect: detectNative } : {}),
    translation: ({ name }, call) => (name === CHAT ? chat(call) : undefined),
  };
}

function chat({ host }: VendorCall): Translation {
  let model = '';
  const options = () => ({ model, created: Math.floor(host.now() / 1000), newId: () => uuid(host.random) });
  let stream = false;
  return {
    request(body) {
      model = asString(body.model) ?? '';
      stream = body.stream === true;
      return { body: toCohere(body) };
    },
    response: (text) => ({ body: fromCohere(text, options()) }),
    stream: () => cohereStream(options()),
    frames: ({ headers }) => (stream && isLines(headers.get('content-type')) ? lineReader() : undefined),
  };
}

function isLines(contentType = ''): boolean {
  return /^application\/(?:stream\+json|x-ndjson|jsonl|x-jsonlines)\b/i.test(contentType);
}

/** `path` without query. */
function detectNative(path: string): DetectedApi | undefined {
  if (/\/v\d\/chat$/.test(path)) return { name: CHAT, variables: {} };
  return /\/v\d\/rerank$/.test(path) ? { name: RERANK, variables: {} } : undefined;
}
