/** What one step of a chain run asks the transport to do. */
import type { CopyRule, Effects, LocalReply, ReplacementAnswer } from '../hooks.ts';
import type { HeaderEdits } from './header-table.ts';

export type RequestBodyMode = 'none' | 'stream' | 'buffered';

/** What the rest of the request has to be brought, known after the request headers. */
export interface RequestDemand {
  readonly requestBody: RequestBodyMode;
  readonly responseHeaders: boolean;
}

/** How the response body has to be brought, known after the response headers. */
export type ResponseBodyMode = 'none' | 'stream' | 'buffered';

export interface Outcome {
  /** End the request with this answer; nothing else of the outcome but `effects` counts. */
  readonly reply?: LocalReply | undefined;
  /** The answer has begun and cannot be made good: break it off. The text says why. */
  readonly abort?: string | undefined;
  readonly headers?: HeaderEdits | undefined;
  /** The body that follows these headers in place of the upstream's: to be brought as the upstream's would have been. */
  readonly replacement?: ReplacementAnswer['body'] | undefined;
  /** Replaces the whole body or the part; absent = as it came. */
  readonly body?: Buffer | undefined;
  readonly reroute?: boolean | undefined;
  readonly effects?: Effects | undefined;
  /** What the transport need not bring from here on, until it brings something else. */
  readonly copies?: Copies | undefined;
}

export interface Copies {
  /** Text in events behind which there will be rules. */
  readonly behind: string;
  readonly rules: readonly CopyRule[];
  /** Lines of the answer at hand end by CR LF, not by LF. */
  readonly crLf: boolean;
}

/** Nothing to do: shared, so that a transport can compare and answer with constant bytes. */
export const UNCHANGED: Outcome = Object.freeze({});
