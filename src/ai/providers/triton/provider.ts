/** Triton Inference Server: chat by its generate extension. Models there take one text. */
import { CHAT, type DetectedApi, fillPath } from '../../api.ts';
import { uuid } from '../../ids.ts';
import { asString } from '../../json.ts';
import { configured } from '../compatible.ts';
import type { Provider, Translation, VendorCall } from '../provider.ts';
import type { ProviderSettings } from '../settings.ts';
import { fromTriton, toTriton, tritonStream } from './translate.ts';

export function tritonProvider(settings: ProviderSettings): Provider {
  const version = settings.tritonModelVersion;
  const place = version === '' ? '' : `/versions/${encodeURIComponent(version)}`;
  const template = `/v2/models/{model}${place}/{action}`;
  const capabilities = { [CHAT]: template, ...configured(settings) };
  return {
    type: 'triton',
    host: settings.providerDomain || settings.tritonDomain || undefined,
    auth: 'none',
    passesUnknownApis: false,
    editsBodies: true,
    capabilities,
    // Triton knows no keys: the caller's is none of its business.
    credentials: () => ({ remove: ['authorization'] }),
    ...(settings.protocol === 'original' ? { detect: detectNative } : {}),
    translation: ({ name }, call) => (name === CHAT ? chat(call, capabilities[CHAT] ?? template) : undefined),
  };
}

function chat({ host }: VendorCall, template: string): Translation {
  const id = uuid(host.random);
  let model = '';
  const envelope = () => ({ id: `chatcmpl-${id}`, model, created: Math.floor(host.now() / 1000) });
  return {
    request(body) {
      model = asString(body.model) ?? '';
      const action = body.stream === true ? 'generate_stream' : 'generate';
      return { body: toTriton(body, id), path: fillPath(template, { model: encodeURIComponent(model), action }) };
    },
    response: (text) => ({ body: fromTriton(text, envelope()) }),
    stream: () => tritonStream(envelope()),
  };
}

/** `path` without query. */
function detectNative(path: string): DetectedApi | undefined {
  return /\/v2\/models\/[^/]+(?:\/versions\/[^/]+)?\/generate(?:_stream)?$/.test(path)
    ? { name: CHAT, variables: {} }
    : undefined;
}
