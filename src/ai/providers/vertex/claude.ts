/** Anthropic's models on Vertex AI: the body is Anthropic's, but the model stands in the path and the version in the body. */
import { asString, type JsonObject } from '../../json.ts';
import { fromClaude } from '../claude/from-claude.ts';
import { claudeStream } from '../claude/stream.ts';
import { toClaude } from '../claude/to-claude.ts';
import type { Translation } from '../provider.ts';
import { vertexModel } from './mode.ts';

const VERSION = 'vertex-2023-10-16';

/** `path`: of an action of a model, `created`: seconds since 1970. */
export function claudeOnVertex(
  path: (publisher: string, segment: string, action: string) => string,
  created: () => number,
): Required<Pick<Translation, 'response' | 'stream'>> & {
  request(body: JsonObject): ReturnType<Translation['request']>;
} {
  return {
    request(body) {
      const { publisher, segment } = vertexModel(asString(body.model) ?? '');
      const { model: _inPath, ...claude } = toClaude(body);
      const action = body.stream === true ? 'streamRawPredict' : 'rawPredict';
      return { body: { anthropic_version: VERSION, ...claude }, path: path(publisher, segment, action) };
    },
    response: (text) => ({ body: fromClaude(text, created()) }),
    stream: () => claudeStream(created()),
  };
}
