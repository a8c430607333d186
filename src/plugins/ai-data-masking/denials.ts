/** What the client gets in place of a blocked question or answer. */
import { writeSse } from '#lib/sse.ts';
import type { DataMaskingConfig } from './config.ts';
import type { BodyFormat, DenialFacts } from './formats/format.ts';

export interface Denial {
  readonly contentType: string;
  readonly body: string;
}

/** `format` undefined: the body is none that the plugin knows. */
export function denialOf(
  { message, contentType, rawMessage }: DataMaskingConfig,
  format: BodyFormat | undefined,
  facts: DenialFacts & { readonly streamed: boolean },
): Denial {
  if (format === undefined) return { contentType, body: rawMessage };
  if (!facts.streamed) {
    return { contentType: 'application/json', body: JSON.stringify(format.denial(message, facts)) };
  }
  const body = format.streamedDenial(message, facts).map(writeSse).join('');
  return { contentType: 'text/event-stream;charset=UTF-8', body };
}
