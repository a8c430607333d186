/** gzip for answers: the one HTTP filter that a listener may hold besides the chain and the router. */
import type { CompressionSettings } from '#ir/types.ts';
import type { Message } from '#xds/snapshot/resources.ts';
import { any, HTTP_FILTERS } from './message.ts';

export function compressor(settings: CompressionSettings): Message {
  return {
    name: 'envoy.filters.http.compressor',
    typed_config: any(`${HTTP_FILTERS}compressor.v3.Compressor`, {
      response_direction_config: {
        common_config: {
          min_content_length: settings.minContentLength,
          content_type_matcher: settings.contentTypes.map((exact) => ({ exact, ignore_case: true })),
        },
        disable_on_etag_header: settings.unlessEtag,
      },
      compressor_library: {
        name: 'gzip',
        typed_config: any('envoy.extensions.compression.gzip.compressor.v3.Gzip', {
          memory_level: settings.memoryLevel,
          window_bits: settings.windowBits,
          chunk_size: settings.chunkSize,
          compression_level: settings.level,
          compression_strategy: settings.strategy,
        }),
      },
    }),
  };
}
