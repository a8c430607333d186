/** Section `gzip`: what Envoy can do of it. */
import type { CompressionSettings } from '#ir/types.ts';
import type { Reporter } from '../parse.ts';
import type { Gzip } from './sections.ts';

const CHUNK_BYTES = { min: 4096, max: 65_536 } as const;
/** Parts of a stream must reach the client as they come, and a compressor would be one more thing that could hold them. */
const STREAMS: readonly string[] = ['text/event-stream'];

/** Undefined: answers go out as they are. */
export function compressionOf(gzip: Gzip, report: Reporter): CompressionSettings | undefined {
  const chunkSize = Math.min(CHUNK_BYTES.max, Math.max(CHUNK_BYTES.min, gzip.chunkSize));
  if (chunkSize !== gzip.chunkSize) {
    const path = 'data.higress.gzip.chunkSize';
    report.warning(
      path,
      `${path} must be ${CHUNK_BYTES.min} to ${CHUNK_BYTES.max} bytes for Envoy; ${chunkSize} is used`,
      {
        reason: 'OutOfRange',
        value: String(gzip.chunkSize),
      },
    );
  }
  const contentTypes = gzip.contentType
    .map((type) => type.trim().toLowerCase())
    .filter((type, index) => {
      if (!STREAMS.includes(type)) return true;
      const path = `data.higress.gzip.contentType[${index}]`;
      report.warning(path, `${path}: event streams are never compressed; ${type} is left out`, {
        reason: 'IgnoredField',
        value: type,
      });
      return false;
    });
  // Envoy takes an empty list for its own, long one.
  if (!gzip.enable || contentTypes.length === 0) return undefined;
  return {
    minContentLength: gzip.minContentLength,
    contentTypes,
    unlessEtag: gzip.disableOnEtagHeader,
    memoryLevel: gzip.memoryLevel,
    windowBits: gzip.windowBits,
    chunkSize,
    level: gzip.compressionLevel,
    strategy: gzip.compressionStrategy,
  };
}
