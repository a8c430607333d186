/** ai-data-masking: looks for denied words in questions and answers, and keeps what the rules match from the model. */
import { isUtf8 } from 'node:buffer';
import { asObject, asString, type JsonObject } from '#ai/json.ts';
import { editJsonTexts, toJsonText } from '#lib/json-text.ts';
import type { TextTrie } from '#lib/text-trie.ts';
import { withTimeLimit } from '#lib/time-limit.ts';
import { definePlugin } from '#plugin-sdk/definition.ts';
import type { FilterHooks, HookContext } from '#plugin-sdk/hooks.ts';
import { AnswerText } from './answer-text.ts';
import { type DataMaskingConfig, effectiveConfig, schema } from './config.ts';
import { denialOf } from './denials.ts';
import { DenyWords } from './deny-words.ts';
import { type AnswerStream, type BodyFormat, DeniedWord } from './formats/format.ts';
import { formatOf } from './formats/index.ts';
import { manifest } from './manifest.ts';
import { maskerOf, RequestMasks } from './masks.ts';
import { type Place, selectedPlaces } from './places.ts';

interface State {
  readonly masks: RequestMasks;
  /** How the request was read. */
  handled: 'known' | 'selected' | 'raw' | 'not';
  /** When it is known. */
  format: BodyFormat | undefined;
  model: string;
  /** As the client asked: a plugin behind this one changes it before there is a body. */
  path: string;
  /** The caller asked for a stream. */
  streamed: boolean;
  stream: AnswerStream | undefined;
  denied: boolean;
}

type Context = HookContext<State>;

/** For all rules on one body, and more for long ones. */
const MASKING_LIMIT_MS = 250;
const MASKING_LIMIT_MS_PER_KIB = 1;

function hooks(config: DataMaskingConfig): FilterHooks<State> {
  const words = new DenyWords(config.words);
  const maskers = config.rules.map(maskerOf);
  const readsAnswers = !config.skipResponse && (words.any || maskers.some(({ restore }) => restore));

  const warn = ({ host, routeName }: Context, word: string, where: 'request' | 'answer') => {
    host.log.warn({ route: routeName, word, where }, 'a denied word was found');
    host.metrics.count('higress_ai_data_masking_denied_total', { route: routeName, where });
  };

  const masked = (texts: readonly string[], masks: RequestMasks): readonly string[] => {
    if (maskers.length === 0) return texts;
    const length = texts.reduce((sum, text) => sum + text.length, 0);
    const limitMs = MASKING_LIMIT_MS + Math.ceil((length / 1024) * MASKING_LIMIT_MS_PER_KIB);
    return withTimeLimit(limitMs, () => texts.map((text) => masks.mask(text)));
  };

  const deniedRequest = (context: Context, word: string) => {
    const { state } = context;
    warn(context, word, 'request');
    const { body, contentType } = denialOf(config, state.format, denialFacts(context, state.streamed));
    const headers = { 'content-type': contentType };
    return { reply: { status: config.code, headers, body, details: `${manifest.name}.request_denied` } };
  };

  const deniedAnswer = (context: Context, word: string) => {
    warn(context, word, 'answer');
    const { body, contentType } = denialOf(config, context.state.format, denialFacts(context, false));
    return { body, headers: { set: { 'content-type': contentType } } };
  };

  /** The places of the answer where words are looked for and masks restored, one by one; undefined when it is not JSON. */
  const answerPlaces = (state: State, body: Buffer): readonly Place[] | undefined => {
    const document = parsed(body);
    if (document === undefined) return undefined;
    if (state.format !== undefined) return state.format.answerPlaces(asObject(document) ?? {});
    return config.jsonPaths.length > 0 ? selectedPlaces(document, config.jsonPaths) : [];
  };

  return {
    needs: {
      requestHeaders: true,
      requestBody: 'buffered',
      responseHeaders: readsAnswers,
      responseBody: readsAnswers ? 'auto' : 'none',
    },
    newState: () => ({
      masks: new RequestMasks(maskers),
      handled: 'not',
      format: undefined,
      model: '',
      path: '',
      streamed: false,
      stream: undefined,
      denied: false,
    }),

    onRequestHeaders({ state, request }) {
      state.path = request.path;
      return undefined;
    },

    onRequestBody(body, context) {
      const { state } = context;
      const places = requestPlaces(config, state, body);
      if (state.handled === 'not') return undefined;
      const texts = places?.map(({ text }) => text) ?? [body.toString('utf8')];
      for (const text of texts) {
        const word = words.any ? words.find(text) : undefined;
        if (word !== undefined) return deniedRequest(context, word);
      }
      const made = masked(texts, state.masks);
      return made.every((text, index) => text === texts[index]) ? undefined : { body: rebuilt(body, places, made) };
    },

    onResponseHeaders({ state, response }) {
      const restores = state.masks.any;
      if (!readsAnswers || (!words.any && !restores)) return { skipResponseBody: true };
      if (state.format !== undefined) {
        state.stream = state.format.stream(words, state.masks.trie());
        return undefined;
      }
      const json = response?.headers.get('content-type')?.toLowerCase().includes('json') === true;
      return config.raw || (config.jsonPaths.length > 0 && json) ? { readAs: 'whole' } : { skipResponseBody: true };
    },

    onResponseBody(body, context) {
      const { state } = context;
      if (!isUtf8(body)) return undefined;
      const places = answerPlaces(state, body) ?? [];
      const trie = state.masks.trie();
      const texts: string[] = [];
      for (const { text } of places) {
        const { text: out, denied } = new AnswerText(words, trie).push(text, true);
        if (denied !== undefined) return deniedAnswer(context, denied);
        texts.push(out);
      }
      const changed = texts.some((text, index) => text !== places[index]?.text);
      const restored = changed ? rebuilt(body, places, texts) : body;
      if (state.format !== undefined || !config.raw) return changed ? { body: restored } : undefined;
      const whole = restored.toString('utf8');
      const { text, denied } = new AnswerText(words, rawTrie(state)).push(whole, true);
      if (denied !== undefined) return deniedAnswer(context, denied);
      return text === whole && !changed ? undefined : { body: text };
    },

    onSseEvent(event, context) {
      const { state } = context;
      if (state.denied) return { events: [] };
      const out = state.stream?.next(event);
      if (!(out instanceof DeniedWord)) return out === undefined ? undefined : { events: out };
      state.denied = true;
      warn(context, out.word, 'answer');
      return { events: state.stream?.denial(config.message, out) ?? [] };
    },
  };
}

/** The places to look at; undefined for a body that is looked at whole, or not at all. Says in `state` which. */
function requestPlaces(config: DataMaskingConfig, state: State, body: Buffer): readonly Place[] | undefined {
  const document = config.chats || config.jsonPaths.length > 0 ? parsed(body) : undefined;
  const known = config.chats ? asObject(document) : undefined;
  state.format = known && formatOf(state.path, known);
  if (known !== undefined && state.format !== undefined) {
    state.handled = 'known';
    state.streamed = known.stream === true;
    state.model = asString(known.model) ?? '';
    return state.format.requestPlaces(known);
  }
  if (document !== undefined && config.jsonPaths.length > 0) {
    state.handled = 'selected';
    return selectedPlaces(document, config.jsonPaths);
  }
  state.handled = config.raw && isUtf8(body) ? 'raw' : 'not';
  return undefined;
}

function denialFacts({ state, requestId, host }: Context, streamed: boolean) {
  return { streamed, model: state.model, requestId, nowMs: host.now() };
}

/** In an answer that is looked at whole, what came out of JSON strings stands as it is written in them. */
function rawTrie(state: State): TextTrie<string> {
  return state.masks.trie(state.handled === 'selected' ? (text) => JSON.stringify(text).slice(1, -1) : undefined);
}

/** The body with other texts at its places, every other byte as it was; without places the text is the whole body. */
function rebuilt(body: Buffer, places: readonly Place[] | undefined, texts: readonly string[]): Buffer {
  if (places === undefined) return Buffer.from(texts[0] ?? '');
  const edits = places.flatMap(({ path, text }, index) => {
    const now = texts[index] ?? text;
    return now === text ? [] : [{ path, raw: toJsonText(now) }];
  });
  const edited = editJsonTexts(body.toString('latin1'), edits);
  return edited === undefined ? body : Buffer.from(edited, 'latin1');
}

function parsed(body: Buffer): JsonObject | unknown[] | undefined {
  try {
    const document: unknown = JSON.parse(body.toString('utf8'));
    return typeof document === 'object' && document !== null ? (document as JsonObject) : undefined;
  } catch {
    return undefined;
  }
}

export default definePlugin<DataMaskingConfig>({ manifest, schema, effectiveConfig, hooks });
