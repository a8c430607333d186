import { describe, expect, it } from '@jest/globals';
import { accessLog, translateFormat } from './access-log.ts';

const base = { path: '/dev/stdout', encoding: 'TEXT' } as const;
const format = (text: string) =>
  (accessLog({ ...base, format: text })[0]!.typed_config as { log_format: unknown }).log_format;

describe('accessLog', () => {
  it('is off without a path', () => {
    expect(accessLog({ ...base, path: '' })).toEqual([]);
    expect(accessLog(base, '')).toEqual([]);
  });

  it('writes standard output by descriptor, files by name', () => {
    expect(accessLog(base)[0]!.name).toBe('envoy.access_loggers.stdout');
    expect(accessLog({ ...base, path: '/var/log/a.log' })[0]).toMatchObject({
      typed_config: { path: '/var/log/a.log' },
    });
  });

  it('keeps a text format as it is but for its end of line', () => {
    expect(format('%PROTOCOL% "%REQ(:METHOD)%"')).toEqual({
      text_format_source: { inline_string: '%PROTOCOL% "%REQ(:METHOD)%"\n' },
    });
  });

  it('writes a format that is a JSON object as JSON', () => {
    expect(format('{"ai_log":"%FILTER_STATE(wasm.ai_log:PLAIN)%","d":"%DURATION%"}\n')).toEqual({
      json_format: { ai_log: '%DYNAMIC_METADATA(higress.ai_log)%', d: '%DURATION%' },
    });
    const details = format('{"a":{"why":"%RESPONSE_CODE_DETAILS%"}}') as { json_format: { a: { why: string } } };
    expect(details.json_format.a.why).toMatch(/^%COALESCE\(\{"operators":\[.*"RESPONSE_CODE_DETAILS"\]\}\)%$/);
  });
});

describe('translateFormat', () => {
  it('reads plugin fields where this gateway keeps them', () => {
    expect(translateFormat('%FILTER_STATE(wasm.my_key:PLAIN)% %FILTER_STATE(other:PLAIN)%')).toBe(
      '%DYNAMIC_METADATA(higress.log:my_key)% %FILTER_STATE(other:PLAIN)%',
    );
  });
});
