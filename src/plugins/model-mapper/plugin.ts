import { editJsonText, fromJsonText, isJsonText, readJsonText, toJsonText } from '#lib/json-text.ts';
import { definePlugin } from '#plugin-sdk/definition.ts';
import type { FilterHooks } from '#plugin-sdk/hooks.ts';
import { pathEnds } from '#plugin-sdk/model-paths.ts';
import { effectiveConfig, type ModelMapperConfig, mapModel, schema } from './config.ts';
import { lower } from './lower.ts';
import { manifest } from './manifest.ts';

export default definePlugin<ModelMapperConfig>({ manifest, schema, effectiveConfig, hooks, lower });

function hooks(config: ModelMapperConfig): FilterHooks {
  return {
    needs: { requestHeaders: true, requestBody: 'buffered' },
    onRequestHeaders: ({ request }) => (pathEnds(request.path, config.suffixes) ? undefined : { done: true }),
    onRequestBody(body) {
      const text = body.toString('latin1');
      if (!text.trimStart().startsWith('{') || !isJsonText(text)) return undefined;
      const raw = readJsonText(text, config.modelPath);
      const model = raw === undefined || raw === 'null' ? '' : fromJsonText(raw);
      if (model === undefined) return undefined;
      const name = typeof model === 'string' ? model : Buffer.from(raw ?? '', 'latin1').toString('utf8');
      const mapped = mapModel(config, name);
      if (mapped === name) return undefined;
      const edited = editJsonText(text, config.modelPath, toJsonText(mapped));
      return edited === undefined ? undefined : { body: Buffer.from(edited, 'latin1') };
    },
  };
}
