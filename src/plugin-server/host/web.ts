/**
 * Documents that requests name by URL. The URL is a stranger's word, so only http and https are read, every address is looked at before it is
 * connected to (also behind redirects and names that resolve twice), and messages of errors tell nothing of the network behind.
 */
import { lookup as resolve } from 'node:dns';
import { type IncomingMessage, request as plainRequest, type RequestOptions } from 'node:http';
import { request as tlsRequest } from 'node:https';
import { BlockList, isIP, type LookupFunction } from 'node:net';
import type { HttpAnswer, WebGet } from '#plugin-sdk/host.ts';

const MAX_REDIRECTS = 5;

/** The reason may be shown to callers. */
export class WebError extends Error {
  constructor(reason: string) {
    super(reason);
    this.name = 'WebError';
  }
}

export interface WebReader {
  get(request: WebGet): Promise<HttpAnswer>;
}

export function webReader(resolveName: typeof resolve = resolve): WebReader {
  return {
    async get(get) {
      const late = AbortSignal.timeout(get.timeoutMs);
      const signal = get.signal ? AbortSignal.any([get.signal, late]) : late;
      try {
        let url = parse(get.url);
        for (let hop = 0; hop <= MAX_REDIRECTS; hop++) {
          const answer = await exchange(url, get, signal, resolveName);
          const to = answer.status >= 300 && answer.status < 400 ? answer.headers.location : undefined;
          if (to === undefined) return answer;
          url = parse(to, url);
        }
        throw new WebError(`more than ${MAX_REDIRECTS} redirects`);
      } catch (error) {
        if (error instanceof WebError) throw error;
        if (late.aborted) throw new WebError(`it took longer than ${get.timeoutMs} ms`);
        if (get.signal?.aborted) throw new WebError('the request it was for is over');
        throw new WebError('its server could not be reached');
      }
    },
  };
}

function parse(text: string, base?: URL): URL {
  const url = URL.parse(text, base?.href);
  if (!url) throw new WebError('its URL is not valid');
  if (url.protocol !== 'http:' && url.protocol !== 'https:') {
    throw new WebError(`its URL has protocol "${url.protocol}"; only http: and https: are read`);
  }
  return url;
}

function exchange(url: URL, get: WebGet, signal: AbortSignal, resolveName: typeof resolve): Promise<HttpAnswer> {
  const literal = url.hostname.replace(/^\[|\]$/g, '');
  if (isIP(literal) !== 0) check(literal, get);
  const options: RequestOptions = {
    headers: { 'accept-encoding': 'identity', ...get.headers },
    signal,
    lookup: checkedLookup(get, resolveName),
    // A connection that is kept would have been checked for another request.
    agent: false,
  };
  return new Promise((done, fail) => {
    const outgoing = (url.protocol === 'https:' ? tlsRequest : plainRequest)(url, options, (response) => {
      whole(response, get.limitBytes).then(done, (error: unknown) => {
        outgoing.destroy();
        fail(error);
      });
    });
    outgoing.on('error', fail);
    outgoing.end();
  });
}

async function whole(response: IncomingMessage, limitBytes: number): Promise<HttpAnswer> {
  const parts: Buffer[] = [];
  let size = 0;
  for await (const part of response as AsyncIterable<Buffer>) {
    size += part.length;
    if (size > limitBytes) throw new WebError(`it is larger than ${limitBytes} bytes`);
    parts.push(part);
  }
  const headers = Object.entries(response.headersDistinct).map(([name, values]) => [name, (values ?? []).join(', ')]);
  return { status: response.statusCode ?? 0, headers: Object.fromEntries(headers), body: Buffer.concat(parts) };
}

/** The address that is connected to is the one that was looked at. */
function checkedLookup(get: WebGet, resolveName: typeof resolve): LookupFunction {
  return (hostname, options, callback) => {
    resolveName(hostname, { ...options, all: true }, (error, addresses) => {
      if (error) return callback(error, '');
      try {
        for (const { address } of addresses) check(address, get);
      } catch (refused) {
        return callback(refused as Error, '');
      }
      const first = addresses[0];
      if (options.all) return callback(null, addresses);
      return callback(null, first?.address ?? '', first?.family);
    });
  };
}

function check(address: string, { publicOnly = false }: WebGet): void {
  const family = isIP(address) === 6 ? 'ipv6' : 'ipv4';
  if (NEVER.check(address, family) || (publicOnly && PRIVATE.check(address, family))) {
    throw new WebError('its address is not one that is read from');
  }
}

/** Nobody's web server: link-local addresses, metadata services of clouds, the unspecified and multicast ones. */
const NEVER = blocks(
  ['0.0.0.0/8', '169.254.0.0/16', '224.0.0.0/3', '100.100.100.200/32'],
  ['::/128', 'fe80::/10', 'ff00::/8', 'fd00:ec2::254/128'],
);
const PRIVATE = blocks(
  ['10.0.0.0/8', '100.64.0.0/10', '127.0.0.0/8', '172.16.0.0/12', '192.0.0.0/24', '192.168.0.0/16', '198.18.0.0/15'],
  ['::1/128', 'fc00::/7', '64:ff9b::/96'],
);

function blocks(ipv4: readonly string[], ipv6: readonly string[]): BlockList {
  const list = new BlockList();
  const add = (block: string, family: 'ipv4' | 'ipv6') => {
    const [address = '', prefix] = block.split('/');
    list.addSubnet(address, Number(prefix), family);
  };
  for (const block of ipv4) add(block, 'ipv4');
  for (const block of ipv6) add(block, 'ipv6');
  return list;
}
