/** What a WasmPlugin's `url` says: where a module comes from, and which built-in plugin has its name. */

export interface PluginUrl {
  /** With scheme: `oci://…` when the object names none. */
  readonly url: string;
  readonly scheme: 'oci' | 'http' | 'https' | 'file';
  /** Candidates for the name of a built-in plugin, best first. */
  readonly names: readonly string[];
  /** OCI tag; `latest` when neither tag nor digest is given. */
  readonly tag?: string;
  /** Hex SHA-256 of an OCI digest. */
  readonly digest?: string;
}

/** No image has such a name: it would be one of a registry host alone. */
const BARE = /^([a-z0-9][a-z0-9._-]*)(?::(\w[\w.-]*))?$/i;

/**
 * Undefined when the scheme is none of oci, http, https and file, or nothing follows it. `NAME:VERSION` alone is where `pattern` says, with `${name}`
 * and `${version}` filled in.
 */
export function parsePluginUrl(text: string, pattern?: string): PluginUrl | undefined {
  const [, name, version = 'latest'] = BARE.exec(text) ?? [];
  if (name !== undefined) {
    const filled = pattern?.replaceAll('${name}', name).replaceAll('${version}', version);
    const made = fullUrl(filled ?? text);
    return made && { ...made, names: [name] };
  }
  return fullUrl(text);
}

function fullUrl(text: string): PluginUrl | undefined {
  const url = /^[a-z][a-z0-9+.-]*:\/\//i.test(text) ? text : `oci://${text}`;
  const [, word = '', rest = ''] = /^([a-z][a-z0-9+.-]*):\/\/(.*)$/is.exec(url) ?? [];
  const scheme = word.toLowerCase();
  if (rest === '' || /\s/.test(rest)) return undefined;
  switch (scheme) {
    case 'oci':
      return ociUrl(`oci://${rest}`, rest);
    case 'file':
      return { url, scheme, names: fileNames(rest) };
    case 'http':
    case 'https':
      return { url, scheme, names: serverNames(rest) };
    default:
      return undefined;
  }
}

function ociUrl(url: string, rest: string): PluginUrl {
  const [place = '', digestText] = rest.split('@', 2);
  const last = place.slice(place.lastIndexOf('/') + 1);
  const [name = '', tag] = last.split(':', 2);
  const digest = /^sha256:([0-9a-f]{64})$/i.exec(digestText ?? '')?.[1]?.toLowerCase();
  const version = tag ?? (digestText === undefined ? 'latest' : undefined);
  return {
    url,
    scheme: 'oci',
    names: place.includes('/') && name !== '' ? [name] : [],
    ...(version === undefined ? {} : { tag: version }),
    ...(digest === undefined ? {} : { digest }),
  };
}

/** `/opt/plugins/<language>/extensions/<name>/plugin.wasm`, `/opt/plugins/<name>/…`, `/opt/plugins/<name>.wasm` */
function fileNames(rest: string): readonly string[] {
  const path = /^\/opt\/plugins\/(.+)$/.exec(rest)?.[1];
  if (path === undefined) return [];
  const name = /^[^/]+\/extensions\/([^/]+)\//.exec(path)?.[1] ?? /^([^/]+?)(?:\.wasm)?(?:\/|$)/.exec(path)?.[1];
  return name === undefined ? [] : [name];
}

/** `http://<plugin server>/plugins/<name>/<version>/plugin.wasm` */
function serverNames(rest: string): readonly string[] {
  const name = /\/plugins\/([^/]+)\/[^/]+\/plugin\.wasm(?:\?|$)/.exec(rest)?.[1];
  return name === undefined ? [] : [name];
}
