/**
 * WasmPlugins to plugin bindings: decides per route, before any request, which plugins run there and with which configuration, since route name, host and
 * destinations of a route are known when it is made.
 */
import type { PluginBinding, Problem } from '#ir/types.ts';
import { contentHash } from '#lib/hash.ts';
import type { LastGood } from '#lib/last-good.ts';
import { originOf } from '#model/object.ts';
import type { Secret } from '#model/secret.ts';
import { secretValue } from '#model/secret-value.ts';
import type { WasmPlugin } from '#model/wasm-plugin.ts';
import type { PluginCatalogue } from '#plugin-sdk/definition.ts';
import { PHASES } from '../plugin-binder.ts';
import { type InstanceSettings, type PluginInstance, type PreparedInstance, prepareInstance } from './instance.ts';
import type { RouteFacts } from './match.ts';

export { createLastGood } from '#lib/last-good.ts';
export type { PluginInstance } from './instance.ts';

export interface PluginBinder {
  /** Pure but for memory: equal inputs by identity give the identical result, and unchanged objects keep their bindings by identity. */
  prepare(wasmPlugins: readonly WasmPlugin[], secrets: readonly Secret[]): PreparedPlugins;
}

export interface PreparedPlugins {
  readonly problems: readonly Problem[];
  /** Host patterns (lower case; exact or `*suffix`) that rules name: a wildcard host must be split for these to be told apart. Sorted. */
  readonly domains: readonly string[];
  /** In execution order of the request path. The same array for routes with the same bindings. */
  bindingsFor(route: RouteFacts): readonly PluginBinding[];
  /** The plugin never changes the path or the host of a request. */
  keepsPath(binding: PluginBinding): boolean;
  /** Equal when all routes would get equal bindings. */
  readonly version: string;
}

export interface BinderOptions {
  /** Given: an object with an error keeps its last valid version in force. Absent: only what is wrong of it does not work. */
  readonly lastGood?: LastGood<PluginInstance>;
}

interface Memo {
  readonly prepared: PreparedInstance;
  /** Secret values that were read, by reference. */
  readonly used: ReadonlyMap<string, string | undefined>;
}

export function createPluginBinder(
  catalogue: PluginCatalogue,
  settings: InstanceSettings,
  { lastGood }: BinderOptions = {},
): PluginBinder {
  const { systemNamespace } = settings;
  const memos = new WeakMap<WasmPlugin, Memo>();
  let last: { plugins: readonly WasmPlugin[]; secrets: readonly Secret[]; result: PreparedPlugins } | undefined;
  let lastParts: readonly unknown[] = [];
  let lastLists = new Map<string, readonly PluginBinding[]>();
  const ids = new WeakMap<PluginBinding, number>();
  let nextId = 0;

  const prepareOne = (plugin: WasmPlugin, find: (name: string) => Secret | undefined): PreparedInstance => {
    const memo = memos.get(plugin);
    if (memo !== undefined && [...memo.used].every(([name, value]) => readSecret(find, name) === value))
      return memo.prepared;
    const used = new Map<string, string | undefined>();
    const prepared = prepareInstance(plugin, catalogue, settings, ({ namespace, name, key }) => {
      if (namespace !== systemNamespace) return undefined;
      const value = readSecret(find, `${name}.${key}`);
      used.set(`${name}.${key}`, value);
      return value;
    });
    memos.set(plugin, { prepared, used });
    return prepared;
  };

  /** Lists of the same bindings are one list, also from one call of `prepare` to the next. */
  const interning = () => {
    const before = lastLists;
    const lists = new Map<string, readonly PluginBinding[]>();
    lastLists = lists;
    return (bindings: readonly PluginBinding[]): readonly PluginBinding[] => {
      const key = bindings
        .map((binding) => {
          const id = ids.get(binding) ?? nextId++;
          ids.set(binding, id);
          return id;
        })
        .join(' ');
      const known = lists.get(key) ?? before.get(key) ?? bindings;
      lists.set(key, known);
      return known;
    };
  };

  const keepsPath = (binding: PluginBinding): boolean =>
    binding.kind === 'builtin' && catalogue.get(binding.plugin)?.manifest.keepsPath === true;

  return {
    prepare(wasmPlugins, secrets) {
      if (last?.plugins === wasmPlugins && last.secrets === secrets) return last.result;
      const byName = new Map(
        secrets
          .filter(({ metadata }) => metadata.namespace === systemNamespace)
          .map((secret) => [secret.metadata.name, secret]),
      );
      const problems: Problem[] = [];
      const instances: PluginInstance[] = [];
      const keys = new Set<string>();
      for (const plugin of wasmPlugins) {
        if (plugin.metadata.namespace !== systemNamespace) {
          problems.push(wrongNamespace(plugin, systemNamespace));
          continue;
        }
        const key = plugin.metadata.name;
        keys.add(key);
        const prepared = prepareOne(plugin, (name) => byName.get(name));
        const chosen = lastGood?.resolve(key, prepared.instance, prepared.valid) ?? {
          value: prepared.instance,
          stale: false,
        };
        problems.push(...(chosen.stale ? prepared.problems.map(staysInForce) : prepared.problems));
        if (chosen.value !== undefined) instances.push(chosen.value);
      }
      lastGood?.retain(keys);
      instances.sort(inOrder);
      const parts = [...instances, ...problems];
      const same =
        last !== undefined &&
        parts.length === lastParts.length &&
        parts.every((part, index) => part === lastParts[index]);
      const result = same && last !== undefined ? last.result : preparedOf(instances, problems, interning(), keepsPath);
      lastParts = parts;
      last = { plugins: wasmPlugins, secrets, result };
      return result;
    },
  };
}

/** `name.key`; the name has no dot. */
function readSecret(find: (name: string) => Secret | undefined, reference: string): string | undefined {
  const dot = reference.indexOf('.');
  return secretValue(find(reference.slice(0, dot)), reference.slice(dot + 1));
}

function preparedOf(
  instances: readonly PluginInstance[],
  problems: readonly Problem[],
  intern: (bindings: readonly PluginBinding[]) => readonly PluginBinding[],
  keepsPath: PreparedPlugins['keepsPath'],
): PreparedPlugins {
  const patterns = instances
    .flatMap(({ domains }) => domains)
    .filter((domain) => domain !== '*' && !domain.endsWith('*'));
  return {
    problems,
    domains: [...new Set(patterns)].sort(),
    bindingsFor: (route) => intern(instances.flatMap((instance) => instance.bindingFor(route) ?? [])),
    keepsPath,
    version: contentHash(instances.map(({ sortKey, phase, priority, version }) => [sortKey, phase, priority, version])),
  };
}

function inOrder(a: PluginInstance, b: PluginInstance): number {
  return (
    PHASES.indexOf(a.phase) - PHASES.indexOf(b.phase) ||
    b.priority - a.priority ||
    (a.sortKey < b.sortKey ? -1 : a.sortKey > b.sortKey ? 1 : 0)
  );
}

function wrongNamespace(plugin: WasmPlugin, systemNamespace: string): Problem {
  return {
    severity: 'warning',
    reason: 'WrongNamespace',
    origin: originOf(plugin, 'metadata.namespace'),
    value: plugin.metadata.namespace,
    message: `WasmPlugin ${plugin.metadata.namespace}/${plugin.metadata.name} is ignored: only those of namespace ${systemNamespace} count`,
    hint: `move it to namespace ${systemNamespace}`,
  };
}

const STALE = 'the last valid version stays in force';
const told = new WeakMap<Problem, Problem>();

/** The same problem always gives the same result, so that nothing downstream sees a change. */
function staysInForce(problem: Problem): Problem {
  if (problem.severity !== 'error') return problem;
  const known = told.get(problem);
  if (known !== undefined) return known;
  const result = { ...problem, hint: problem.hint === undefined ? STALE : `${problem.hint}; ${STALE}` };
  told.set(problem, result);
  return result;
}
