/** ai-statistics: looks at requests and answers as they pass and reports; it changes nothing and holds nothing back. */
import { asArray, asObject, asString, type JsonObject, objectsOf, parseObject } from '#ai/json.ts';
import { totalOf } from '#ai/usage.ts';
import { getPath } from '#lib/gjson.ts';
import { isEventStream } from '#lib/sse.ts';
import { definePlugin } from '#plugin-sdk/definition.ts';
import type { Effects, FilterHooks, HookContext } from '#plugin-sdk/hooks.ts';
import { type AnswerReader, streamReader, wholeReader } from './answer-reader.ts';
import { type AiStatisticsConfig, type Attribute, effectiveConfig, schema } from './config.ts';
import { lower } from './lower.ts';
import { manifest } from './manifest.ts';
import { report } from './metrics.ts';
import { Report } from './report.ts';
import { apiOf, metricRoute } from './route-api.ts';
import { spanKeys } from './span-keys.ts';

interface State {
  readonly report: Report;
  startedMs: number;
  firstTokenMs: number | undefined;
  requestModel: string | undefined;
  reader: AnswerReader | undefined;
  streamed: boolean;
  finished: boolean;
}

type Context = HookContext<State>;

/** Attributes that replace what the plugin would have found itself. */
const OVERRIDES = ['model', 'input_token', 'output_token', 'total_token'] as const;

function hooks(config: AiStatisticsConfig): FilterHooks<State> {
  const of = (source: Attribute['source']) => config.attributes.filter((attribute) => attribute.source === source);
  const fixed = of('fixed_value');
  const requestHeaders = of('request_header');
  const responseHeaders = of('response_header');
  const requestBody = of('request_body');
  const whole = of('response_body');
  const streaming = of('response_streaming_body');
  const usage = !config.disableUsage;

  const finish = (context: Context): Effects => {
    const { state } = context;
    if (state.finished) return {};
    state.finished = true;
    state.reader?.end();
    const reader = state.reader;
    if (reader) {
      for (const attribute of state.streamed ? streaming : whole)
        state.report.attribute(attribute, reader.found(attribute));
    }
    const serviceMs = Math.max(0, context.host.now() - state.startedMs);
    if (reader) {
      state.report.log('response_type', state.streamed ? 'stream' : 'normal');
      if (state.firstTokenMs !== undefined) state.report.log('llm_first_token_duration', state.firstTokenMs);
      state.report.log('llm_service_duration', serviceMs);
    }
    if (usage && reader) reportUsage(context, reader, serviceMs);
    return state.report.take();
  };

  const reportUsage = (context: Context, reader: AnswerReader, serviceMs: number): void => {
    const { state } = context;
    const facts = reader.facts;
    const given = overrides(config, state, reader);
    const model = asString(given.model) ?? facts.model ?? state.requestModel ?? 'unknown';
    const input = numeric(given.input_token) ?? facts.inputTokens;
    const output = numeric(given.output_token) ?? facts.outputTokens;
    const total = numeric(given.total_token) ?? totalOf({ ...facts, ...numbers(input, output) });
    const note = (key: string, value: unknown) => {
      if (value !== undefined) state.report.log(key, value);
    };
    note('chat_id', facts.chatId);
    note('model', model);
    note('input_token', input);
    note('output_token', output);
    note('total_token', total);
    note('input_token_details', facts.inputDetails);
    note('output_token_details', facts.outputDetails);
    if (input === undefined || output === undefined || total === undefined) return;
    state.report.span('gen_ai.model_name', model);
    state.report.span('gen_ai.usage.input_tokens', input);
    state.report.span('gen_ai.usage.output_tokens', output);
    state.report.span('gen_ai.usage.total_tokens', total);
    report(context.host.metrics, {
      route: metricRoute(context.routeName),
      cluster: context.clusterName,
      model,
      consumer: context.request.headers.get('x-mse-consumer') || 'none',
      inputTokens: input,
      outputTokens: output,
      totalTokens: total,
      firstTokenMs: state.firstTokenMs,
      serviceMs,
    });
  };

  return {
    needs: { requestBody: 'buffered', responseHeaders: true, responseBody: 'stream', observeOnly: true },
    newState: () => ({
      report: new Report(config),
      startedMs: 0,
      firstTokenMs: undefined,
      requestModel: undefined,
      reader: undefined,
      streamed: false,
      finished: false,
    }),

    onRequestHeaders(context) {
      const { state, request, host } = context;
      const path = request.path.split('?', 1)[0] ?? '';
      if (config.pathSuffixes.length > 0 && !config.pathSuffixes.some((suffix) => path.endsWith(suffix))) {
        return { done: true, skipRequestBody: true };
      }
      state.startedMs = host.now();
      state.report.log('api', apiOf(context.routeName));
      state.report.span('gen_ai.span.kind', 'LLM');
      const session = config.sessionHeaders.find((name) => request.headers.get(name));
      if (session) state.report.log('session_id', request.headers.get(session));
      for (const attribute of fixed) state.report.attribute(attribute, attribute.value);
      for (const attribute of requestHeaders) {
        state.report.attribute(attribute, request.headers.get(attribute.value.toLowerCase()));
      }
      return state.report.take();
    },

    onRequestBody(body, { state }) {
      const document = parseObject(body.toString('utf8'));
      state.requestModel = asString(document?.model);
      state.report.span('gen_ai.request.model', state.requestModel ?? 'unknown');
      const rounds = document && usage ? chatRounds(document) : undefined;
      if (rounds !== undefined) state.report.log('chat_round', rounds);
      for (const attribute of requestBody)
        state.report.attribute(attribute, document && getPath(document, attribute.value));
      return state.report.take();
    },

    onResponseHeaders({ state, response, host }) {
      const type = response?.headers.get('content-type');
      for (const attribute of responseHeaders) {
        state.report.attribute(attribute, response?.headers.get(attribute.value.toLowerCase()));
      }
      const effects = state.report.take();
      if (config.contentTypes.length > 0 && !config.contentTypes.some((wanted) => type?.includes(wanted))) {
        return { ...effects, skipResponseBody: true };
      }
      state.streamed = isEventStream(type);
      state.reader = state.streamed
        ? streamReader(streaming, usage, () => {
            state.firstTokenMs = Math.max(0, host.now() - state.startedMs);
          })
        : wholeReader(usage);
      return effects;
    },

    onResponsePart(part, end, context) {
      context.state.reader?.feed(part);
      return end ? finish(context) : undefined;
    },

    onLog: (context) => finish(context),
  };
}

function overrides(
  config: AiStatisticsConfig,
  state: State,
  reader: AnswerReader,
): Partial<Record<(typeof OVERRIDES)[number], unknown>> {
  const source = state.streamed ? 'response_streaming_body' : 'response_body';
  const given: Partial<Record<(typeof OVERRIDES)[number], unknown>> = {};
  for (const key of OVERRIDES) {
    const attribute = config.attributes.find((entry) => entry.key === key && entry.source === source);
    const value = attribute && reader.found(attribute);
    if (value !== undefined) given[key] = value;
  }
  return given;
}

function numeric(value: unknown): number | undefined {
  if (value === undefined || value === '') return undefined;
  const number = Number(value);
  return Number.isFinite(number) ? number : undefined;
}

function numbers(inputTokens: number | undefined, outputTokens: number | undefined) {
  return {
    ...(inputTokens === undefined ? {} : { inputTokens }),
    ...(outputTokens === undefined ? {} : { outputTokens }),
  };
}

function chatRounds(document: JsonObject): number | undefined {
  const list = asArray(document.messages) ?? asArray(document.contents);
  return list && objectsOf(list).filter((message) => asObject(message)?.role === 'user').length;
}

export default definePlugin<AiStatisticsConfig>({ manifest, schema, effectiveConfig, lower, hooks, spanKeys });
