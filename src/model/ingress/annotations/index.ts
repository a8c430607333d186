/** All annotation groups of an Ingress as one value. */
import type { CorsPolicy, HeaderControl, IpAccessPolicy, Problem, RateLimitPolicy, RetryPolicy } from '#ir/types.ts';
import type { KubeObject } from '../../object.ts';
import { AI_FALLBACK_NAMES, type AiFallback, parseAiFallback } from './ai-fallback.ts';
import { CANARY_NAMES, type Canary, parseCanary } from './canary.ts';
import { CORS_NAMES, parseCors } from './cors.ts';
import { DEFAULT_BACKEND_NAMES, type DefaultBackend, parseDefaultBackend } from './default-backend.ts';
import { DESTINATION_NAMES, type DestinationLine, parseDestination } from './destination.ts';
import { DOWNSTREAM_TLS_NAMES, type DownstreamTlsAnnotations, parseDownstreamTls } from './downstream-tls.ts';
import { HEADER_NAMES, parseHeaders } from './headers.ts';
import { IP_ACCESS_NAMES, parseIpAccess } from './ip-access.ts';
import { LOAD_BALANCE_NAMES, type LoadBalancePolicy, parseLoadBalance } from './load-balance.ts';
import { MATCHING_NAMES, type Matching, parseMatching } from './matching.ts';
import { MIRROR_NAMES, type Mirror, parseMirror } from './mirror.ts';
import { parseAuth, reportUnread } from './not-supported.ts';
import { parseRateLimit, RATE_LIMIT_NAMES } from './rate-limit.ts';
import { parseRedirect, REDIRECT_NAMES, type RedirectAnnotations } from './redirect.ts';
import { parseRetry, RETRY_NAMES } from './retry.ts';
import { parseRewrite, REWRITE_NAMES, type RewriteAnnotations } from './rewrite.ts';
import { parseTimeout, TIMEOUT_NAMES } from './timeout.ts';
import { parseUpstreamProtocol, UPSTREAM_TLS_NAMES, type UpstreamProtocol } from './upstream-tls.ts';
import { AnnotationReader, type KnownNames } from './value.ts';

export interface IngressAnnotations {
  readonly matching: Matching;
  readonly rewrite: RewriteAnnotations;
  readonly redirect: RedirectAnnotations;
  /** `broken`: a canary whose condition cannot be checked; it takes no requests. */
  readonly canary: Canary | 'broken' | undefined;
  readonly cors: CorsPolicy | undefined;
  readonly timeoutMs: number | undefined;
  readonly retry: RetryPolicy | undefined;
  readonly rateLimit: RateLimitPolicy | undefined;
  readonly ipAccess: IpAccessPolicy | undefined;
  readonly headers: HeaderControl | undefined;
  readonly loadBalance: LoadBalancePolicy | undefined;
  readonly upstream: UpstreamProtocol | undefined;
  readonly downstreamTls: DownstreamTlsAnnotations | undefined;
  readonly destination: readonly DestinationLine[] | 'invalid' | undefined;
  readonly mirror: Mirror | undefined;
  readonly aiFallback: AiFallback | undefined;
  readonly defaultBackend: DefaultBackend | undefined;
  /** Authentication was asked for that is not there: answer 503. */
  readonly refuse: boolean;
}

/** Every name that has an effect, with the prefixes it is read with. */
export const KNOWN_ANNOTATIONS: KnownNames = {
  ...MATCHING_NAMES,
  ...REWRITE_NAMES,
  ...REDIRECT_NAMES,
  ...CANARY_NAMES,
  ...CORS_NAMES,
  ...TIMEOUT_NAMES,
  ...RETRY_NAMES,
  ...RATE_LIMIT_NAMES,
  ...IP_ACCESS_NAMES,
  ...HEADER_NAMES,
  ...LOAD_BALANCE_NAMES,
  ...UPSTREAM_TLS_NAMES,
  ...DOWNSTREAM_TLS_NAMES,
  ...DESTINATION_NAMES,
  ...MIRROR_NAMES,
  ...AI_FALLBACK_NAMES,
  ...DEFAULT_BACKEND_NAMES,
};

/** Never fails: an invalid value is reported and counts as absent, except where that would open or widen a route. */
export function parseAnnotations(object: KubeObject): {
  readonly annotations: IngressAnnotations;
  readonly problems: readonly Problem[];
} {
  const reader = new AnnotationReader(object);
  const annotations: IngressAnnotations = {
    matching: parseMatching(reader),
    rewrite: parseRewrite(reader),
    redirect: parseRedirect(reader),
    canary: parseCanary(reader),
    cors: parseCors(reader),
    timeoutMs: parseTimeout(reader),
    retry: parseRetry(reader),
    rateLimit: parseRateLimit(reader),
    ipAccess: parseIpAccess(reader),
    headers: parseHeaders(reader),
    loadBalance: parseLoadBalance(reader),
    upstream: parseUpstreamProtocol(reader),
    downstreamTls: parseDownstreamTls(reader),
    destination: parseDestination(reader),
    mirror: parseMirror(reader),
    aiFallback: parseAiFallback(reader),
    defaultBackend: parseDefaultBackend(reader),
    refuse: parseAuth(reader),
  };
  reportUnread(reader, KNOWN_ANNOTATIONS);
  return { annotations, problems: reader.problems };
}
