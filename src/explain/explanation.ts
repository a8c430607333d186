/** The answer of `explain` as JSON. */
import type { Problem } from '#ir/types.ts';
import type { DestinationInForce } from './destinations.ts';
import type { PluginInForce } from './plugins.ts';
import type { PolicyInForce } from './policies.ts';
import type { Source } from './source.ts';

export interface Explanation {
  readonly request: {
    readonly method: string;
    readonly scheme: 'http' | 'https';
    readonly host: string;
    /** Normalised, with query. */
    readonly path: string;
    readonly sni?: string;
  };
  readonly outcome: Outcome;
  readonly tls?: TlsInForce;
  readonly host?: HostInForce;
  readonly route?: RouteInForce;
  /** Routes of the host that were tried before, or would have matched later. */
  readonly candidates: readonly Candidate[];
  /** When nothing matches: what is near. */
  readonly didYouMean: readonly string[];
  /** Of the objects that take part. */
  readonly problems: readonly (Problem & { readonly source: Source })[];
}

export type Outcome =
  | { readonly type: 'forward'; readonly clusters: readonly string[] }
  | { readonly type: 'redirect'; readonly status: number; readonly location: string }
  | { readonly type: 'respond'; readonly status: number; readonly because?: string }
  /** A terminal plugin answers. */
  | { readonly type: 'serve'; readonly plugin: string; readonly clusters: readonly string[] }
  | { readonly type: 'nothing'; readonly status?: 404; readonly because: string };

export interface TlsInForce {
  readonly name: string;
  readonly because: string;
  /** `namespace/name` of the Secret. */
  readonly certificate: string;
  readonly clientCertificates: boolean;
  readonly minVersion?: string;
  readonly maxVersion?: string;
  readonly sources: readonly Source[];
}

export interface HostInForce {
  readonly name: string;
  readonly because: string;
  readonly routes: number;
  readonly passedOver: readonly string[];
}

export interface RouteInForce {
  readonly name: string;
  readonly id: string;
  /** One-based place among the routes of the host, in the order in which they are tried. */
  readonly position: number;
  readonly match: readonly string[];
  /** The wildcard host whose rule it is, when that is another one. */
  readonly inheritedFrom?: string;
  readonly source: Source;
  readonly policies: readonly PolicyInForce[];
  readonly plugins: readonly PluginInForce[];
  /** Of these plugins, those that may send a request on to another route of the host. */
  readonly mayBeReroutedBy: readonly string[];
  readonly destinations: readonly DestinationInForce[];
}

export interface Candidate {
  readonly name: string;
  readonly id: string;
  readonly position: number;
  readonly match: readonly string[];
  /** `before`: tried and did not match. `after`: matches too, but is not reached. */
  readonly place: 'before' | 'after';
  readonly because: readonly string[];
  /** The path matches; another condition does not. */
  readonly near: boolean;
  readonly source: Source;
}
