/** Amazon Bedrock: chat by Converse, pictures by invoke, signed or with an API key. Its own paths pass as they are, signed too. */
import { CHAT, type DetectedApi, fillPath } from '../../api.ts';
import { typeOfStatus, type VendorError } from '../../errors.ts';
import { uuid } from '../../ids.ts';
import { asString, type JsonObject, parseObject } from '../../json.ts';
import { configured } from '../compatible.ts';
import type { Provider, Translation, VendorAnswer, VendorCall } from '../provider.ts';
import type { ProviderSettings } from '../settings.ts';
import { eventStreamReader } from './event-stream.ts';
import { fromConverse } from './from-converse.ts';
import { fromTextImage, toTextImage } from './images.ts';
import { createSigner, encodeStrictly } from './sigv4.ts';
import { converseStream } from './stream.ts';
import { toConverse } from './to-converse.ts';

const IMAGES = 'openai/v1/imagegeneration';

/** What a caller signed for its own account. */
const CALLERS_SIGNATURE = ['authorization', 'x-amz-date', 'x-amz-security-token', 'x-amz-content-sha256'];

export function bedrockProvider(settings: ProviderSettings): Provider {
  const { awsAccessKey, awsSecretKey, awsRegion, apiTokens } = settings;
  const own = configured(settings);
  const bearer = apiTokens.length > 0;
  const sign = createSigner({ accessKey: awsAccessKey, secretKey: awsSecretKey, region: awsRegion });
  return {
    type: 'bedrock',
    host: settings.providerDomain || `bedrock-runtime.${awsRegion}.amazonaws.com`,
    auth: bearer ? 'bearer' : 'none',
    passesUnknownApis: false,
    editsBodies: true,
    capabilities: { [CHAT]: '/model/{model}/{action}', [IMAGES]: '/model/{model}/{action}', ...own },
    ...(settings.protocol === 'original' ? { detect: detectNative } : {}),
    credentials: ({ token }) =>
      bearer && token !== undefined
        ? { set: { authorization: `Bearer ${token}` }, remove: CALLERS_SIGNATURE.slice(1) }
        : { remove: CALLERS_SIGNATURE },
    ...(bearer ? {} : { sign }),
    readError: (text, status) => readAwsError(text, status, awsAccessKey),
    translation({ name }, call) {
      const template = own[name] ?? '/model/{model}/{action}';
      const pathOf = (model: string, action: string) => fillPath(template, { model: encodeModel(model), action });
      if (name === CHAT) return chat(settings, call, pathOf);
      return name === IMAGES ? images(call, pathOf) : undefined;
    },
  };
}

type PathOf = (model: string, action: string) => string;

function chat(settings: ProviderSettings, { host }: VendorCall, pathOf: PathOf): Translation {
  let model = '';
  const envelope = ({ headers }: VendorAnswer) => ({
    id: headers.get('x-amzn-requestid') ?? `chatcmpl-${uuid(host.random)}`,
    model,
    created: Math.floor(host.now() / 1000),
  });
  return {
    request(body) {
      const path = pathOf(asString(body.model) ?? '', body.stream === true ? 'converse-stream' : 'converse');
      model = plainModel(asString(body.model) ?? '');
      return { body: toConverse(body, model, settings), path };
    },
    response: (text, answer) => ({ body: fromConverse(text, envelope(answer)) }),
    frames: ({ headers }) => (isEventStream(headers.get('content-type')) ? eventStreamReader() : undefined),
    stream: (answer) => converseStream(envelope(answer)),
  };
}

function images({ host }: VendorCall, pathOf: PathOf): Translation {
  return {
    request: (body) => ({ body: toTextImage(body), path: pathOf(asString(body.model) ?? '', 'invoke') }),
    response: (text) => ({ body: fromTextImage(text, Math.floor(host.now() / 1000)) }),
  };
}

function isEventStream(contentType: string | undefined): boolean {
  return contentType?.toLowerCase().startsWith('application/vnd.amazon.eventstream') === true;
}

/** One path segment. A name with `%` is taken as encoded already: older configurations had to write it so (#2402). */
function encodeModel(model: string): string {
  return model.includes('%') ? model : encodeStrictly(model);
}

function plainModel(model: string): string {
  try {
    return decodeURIComponent(model);
  } catch {
    return model;
  }
}

/** `path` without query. */
export function detectNative(path: string): DetectedApi | undefined {
  const action = /\/model\/[^/]+\/(converse|converse-stream|invoke|invoke-with-response-stream)$/.exec(path)?.[1];
  if (!action) return undefined;
  return { name: action.startsWith('converse') ? CHAT : IMAGES, variables: {} };
}

/** AWS names the error in a header or in `__type`. The access key, which some messages repeat, is not the caller's. */
function readAwsError(text: string, status: number, accessKey: string): VendorError | undefined {
  const answer: JsonObject = parseObject(text) ?? {};
  const message = asString(answer.message) ?? asString(answer.Message);
  if (message === undefined) return undefined;
  return {
    message: accessKey === '' ? message : message.replaceAll(accessKey, '[redacted]'),
    type: typeOfStatus(status),
    code: asString(answer.__type)?.replace(/^.*#/, '') ?? null,
  };
}
