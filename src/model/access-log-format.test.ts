import { describe, expect, it } from '@jest/globals';
import { accessLogFormatFault } from './access-log-format.ts';

describe('access log formats', () => {
  it.each([
    '',
    '100%% %PROTOCOL% %REQ(X-A?:PATH):10% %START_TIME(%Y-%m-%d %3f)%',
    '{"a":"%DYNAMIC_METADATA(a.b:c)%","n":1,"deep":{"b":["%FILTER_STATE(wasm.ai_log:PLAIN)%"]},"%key":"x"}',
    '%GRPC_STATUS(CAMEL_STRING)% %PATH(NQ:ORIG_OR_PATH):5% %COMMON_DURATION(DS_RX_BEG:DS_RX_END:ms)%',
    '%COALESCE({"operators":["PROTOCOL",{"command":"REQ","param":"x"}]})%',
  ])('that Envoy takes: %j', (format) => {
    expect(accessLogFormatFault(format)).toBeUndefined();
  });

  it.each([
    ['100% sure', '% sure'],
    ['%PROTOCOL:5%', '%PROTOCOL:5%'],
    ['%PROTOCOL(x)% %DURATION%', '%PROTOCOL(x)%'],
    ['%REQ(a b)%', '%REQ(a b)%'],
    ['{"a":"%RESPONsE_CODE%"}', '%RESPONsE_CODE%'],
    ['%FILTER0STATE(a)%', '%FILTER0STATE(a)%'],
    ['{"a":["%METADATA(X:a)%"]}', '%METADATA(X:a)%'],
    ['%DURATION', '%DURATION'],
  ])('that Envoy refuses: %j', (format, fault) => {
    expect(accessLogFormatFault(format)).toBe(fault);
  });
});
