/** From a request as the caller sent it to what goes to the vendor with one token: first the headers, then the body. The first try, retries and probes share it. */
import { CHAT } from '#ai/api.ts';
import { firstByteHeaders } from '#ai/first-byte.ts';
import { isForm } from '#ai/form-body.ts';
import { createModelMapper, type ModelMapper } from '#ai/model-mapping.ts';
import { createProvider } from '#ai/providers/index.ts';
import type { Provider, Translation, VendorCall } from '#ai/providers/provider.ts';
import type { ProviderSettings } from '#ai/providers/settings.ts';
import { type MaybePromise, whenThere } from '#lib/maybe-promise.ts';
import type { HeaderPatch, Headers } from '#plugin-sdk/hooks.ts';
import type { HostServices } from '#plugin-sdk/host.ts';
import { type AnswerPlan, planAnswer } from './answer.ts';
import { type ContextText, type ContextUser, contextOf } from './context-file.ts';
import { authHeaders } from './credentials.ts';
import { type EditedBody, editRequestBody } from './request-body.ts';
import { type RequestPlan, vendorPath } from './request-plan.ts';

/** What a chain makes once of its settings. */
export interface Pipeline {
  readonly settings: ProviderSettings;
  readonly provider: Provider;
  readonly mapper: ModelMapper;
  readonly original: boolean;
  /** Bodies are edited, not only passed. */
  readonly edits: boolean;
  readonly context: ContextText | undefined;
}

export function createPipeline(settings: ProviderSettings): Pipeline {
  const original = settings.protocol === 'original';
  const provider = createProvider(settings);
  return {
    settings,
    provider,
    mapper: createModelMapper(settings.modelMapping),
    original,
    edits: !original || settings.customSettings.length > 0,
    context: contextOf(settings, provider.host),
  };
}

/** Current values: they change with the edits. */
export interface RequestLike {
  readonly headers: Headers;
  readonly method: string;
  readonly path: string;
  readonly authority: string;
}

export interface OutgoingHead {
  readonly plan: RequestPlan;
  readonly patch: HeaderPatch;
  /** The body is wanted, for edits or a signature. */
  readonly readsBody: boolean;
  readonly translation: Translation | undefined;
  /** Undefined: the answer passes untouched. */
  readonly answer: AnswerPlan | undefined;
}

/** Read `signal` only where it is needed: whoever asks for it has it made. */
export interface Services {
  readonly host: HostServices;
  readonly signal: AbortSignal;
}

/** A class, since V8 makes a hidden class of its own for each object literal with a getter, which keeps the request alive until a full collection. */
class Call implements VendorCall {
  readonly headers: Headers;
  readonly path: string;
  readonly token: string | undefined;
  readonly #services: Services;

  constructor(headers: Headers, path: string, token: string | undefined, services: Services) {
    this.headers = headers;
    this.path = path;
    this.token = token;
    this.#services = services;
  }

  get host(): HostServices {
    return this.#services.host;
  }

  get signal(): AbortSignal {
    return this.#services.signal;
  }
}

/** Throws TranslationError. */
export function outgoingHead(
  pipeline: Pipeline,
  plan: RequestPlan,
  request: RequestLike,
  token: string | undefined,
  services: Services,
): MaybePromise<OutgoingHead> {
  const { provider, settings, original } = pipeline;
  const call = new Call(request.headers, plan.asked, token, services);
  // The body of an upgraded request (realtime) has no end to wait for.
  const readsBody = !request.headers.has('upgrade') && wantsBody(pipeline, plan, request.headers.get('content-type'));
  const translation = readsBody && plan.api && !original ? provider.translation?.(plan.api, call) : undefined;
  const answer =
    readsBody && plan.api && !original
      ? planAnswer(provider, settings, translation, plan.api.name === CHAT, plan.front)
      : undefined;
  const auth = provider.credentials?.(call) ?? authHeaders(provider, settings, token, request.headers);
  return whenThere(auth, ({ set, remove }) => ({
    plan,
    patch: {
      set: headersOf(pipeline, plan, request, call, { ...set }),
      remove: remove ? ['accept-encoding', ...remove] : ACCEPT_ENCODING,
    },
    readsBody,
    translation,
    answer,
  }));
}

const ACCEPT_ENCODING = ['accept-encoding'] as const;

/** Headers that leave with the request, those of `set` and what comes to them. */
function headersOf(
  { provider, settings }: Pipeline,
  plan: RequestPlan,
  request: RequestLike,
  call: VendorCall,
  set: Record<string, string>,
): Record<string, string> {
  Object.assign(
    set,
    provider.headers?.(plan.api, (name) => request.headers.has(name)),
  );
  const { path: asked, authority } = request;
  const path = provider.finishPath?.(plan.path, call) ?? plan.path;
  if (path !== asked) {
    set[':path'] = path;
    set['x-envoy-original-path'] = asked;
  }
  if (provider.host !== undefined && provider.host !== authority) {
    set[':authority'] = provider.host;
    set['x-envoy-original-host'] = authority;
  }
  if (settings.type === 'generic') Object.assign(set, firstByteHeaders(settings.firstByteTimeout));
  // Without a body there is no later moment.
  if (BODILESS.has(request.method)) Object.assign(set, signature(provider, request, set, NO_BODY, call.host.now()));
  return set;
}

export interface OutgoingBody {
  /** Undefined = the body goes on byte for byte. */
  readonly body: Uint8Array | undefined;
  readonly set: Readonly<Record<string, string>>;
}

/** `request` with the head's patch applied. Throws TranslationError. */
export function outgoingBody(
  pipeline: Pipeline,
  { plan, translation }: OutgoingHead,
  request: RequestLike,
  body: Buffer,
  host: HostServices,
  user: () => ContextUser,
): MaybePromise<OutgoingBody> {
  const { provider, settings, mapper, context, edits } = pipeline;
  const chat = plan.api?.name === CHAT;
  const edit = (text: string | undefined): MaybePromise<EditedBody> => {
    if (!edits) return UNEDITED;
    const type = request.headers.get('content-type');
    return editRequestBody(body, provider, settings, mapper, plan, translation, text, type);
  };
  const edited = context && chat ? context(host.http, user()).then(edit) : edit(undefined);
  return whenThere(edited, ({ body: left, stream, vendor }) => {
    const set: Record<string, string> = stream && provider.editsBodies && chat ? streamHeaders(settings) : {};
    if (vendor?.headers) Object.assign(set, vendor.headers);
    if (vendor?.authority !== undefined) set[':authority'] = vendor.authority;
    if (vendor?.path !== undefined) set[':path'] = vendorPath(vendor.path, settings);
    Object.assign(set, signature(provider, request, set, left ?? body, host.now()));
    return { body: left, set };
  });
}

const BODILESS = new Set(['GET', 'HEAD', 'DELETE']);
const NO_BODY = new Uint8Array();
const UNEDITED: EditedBody = { body: undefined, stream: false };

function wantsBody({ provider, original, edits }: Pipeline, plan: RequestPlan, type: string | undefined): boolean {
  if (provider.sign) return true;
  if (type !== undefined && !isJson(type)) {
    return !original && plan.api !== undefined && isForm(type) && provider.readsForms?.has(plan.api.name) === true;
  }
  return original ? edits : plan.api !== undefined;
}

/** Signs what leaves: the headers that this body brought count before those that came with the request. */
function signature(
  provider: Provider,
  request: RequestLike,
  set: Readonly<Record<string, string>>,
  body: Uint8Array,
  now: number,
): Readonly<Record<string, string>> {
  if (!provider.sign) return {};
  const path = set[':path'] ?? request.path;
  return provider.sign({ method: request.method, authority: set[':authority'] ?? request.authority, path, body, now });
}

function streamHeaders(settings: ProviderSettings): Record<string, string> {
  return { accept: 'text/event-stream', ...firstByteHeaders(settings.firstByteTimeout) };
}

function isJson(contentType: string): boolean {
  return /^\s*application\/(?:[\w.-]+\+)?json\b/i.test(contentType);
}
