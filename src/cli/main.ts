#!/usr/bin/env node
/** The one command, `higress`. Each subcommand's file is loaded only when it is used, so that `--help` and `check` start fast. */
import { Command, InvalidArgumentError } from 'commander';

const program = new Command('higress').description('An Envoy-based ingress, API, LLM and MCP gateway').version('0.1.0');

program
  .command('standalone')
  .description('run the whole gateway on this machine from a folder of YAML manifests')
  .option('--config-dir <dir>', 'folder of manifests, watched for changes', 'samples/quickstart')
  .option('--address <ip>', 'address to listen on', '127.0.0.1')
  .option('--http-port <port>', 'HTTP port; 0 picks a free one', port, 8080)
  .option('--https-port <port>', 'HTTPS port; 0 picks a free one', port, 8443)
  .option('--admin-port <port>', 'port of /ready, /metrics and /debug; 0 picks a free one', port, 8888)
  .option('--console-port <port>', 'port of the web console (not part of this version yet)', port, 8001)
  .option('--data-dir <dir>', 'where fetched Wasm modules are kept (default: below the cache folder)')
  .option('--log-dir <dir>', 'also write the log of each process to files here: rolled at 64 MB, 3 older ones kept')
  .option('--log-level <level>', 'trace, debug, info, warn, error or silent', logLevel, 'info')
  .option('--envoy-concurrency <n>', 'Envoy worker threads (default: one a core)', count)
  .option('--system-namespace <name>', 'namespace of McpBridge, WasmPlugin and higress-config', 'higress-system')
  .option('--ingress-class <name>', 'class of the Ingresses to serve', 'higress')
  .action(async (options) => (await import('./standalone.ts')).standalone(options));

program
  .command('check')
  .description('validate manifests offline: file, line, path, reason; exit status 1 when one is wrong')
  .argument('<path...>', 'files or folders')
  .option('-o, --output <format>', 'text or json', 'text')
  .option('--strict', 'warnings count as errors')
  .option('--system-namespace <name>', 'namespace of McpBridge, WasmPlugin and higress-config', 'higress-system')
  .option('--ingress-class <name>', 'class of the Ingresses to serve', 'higress')
  .action(async (paths, options) => (await import('./check.ts')).check(paths, options));

program
  .command('render')
  .description('print the Envoy configuration that manifests turn into; secrets are redacted')
  .argument('<path...>', 'files or folders')
  .option('-o, --output <format>', 'yaml or json', 'yaml')
  .option('--explain', 'print which way each plugin takes on each route, and why')
  .option('--system-namespace <name>', 'namespace of McpBridge, WasmPlugin and higress-config', 'higress-system')
  .option('--ingress-class <name>', 'class of the Ingresses to serve', 'higress')
  .action(async (paths, options) => (await import('./render.ts')).render(paths, options));

program
  .command('envoy')
  .description('print the path of the Envoy binary, fetching it when there is none')
  .action(async () => (await import('./envoy.ts')).envoy());

program.command('control-plane', { hidden: true }).action(async () => (await import('./processes.ts')).controlPlane());
program.command('plugin-server', { hidden: true }).action(async () => (await import('./processes.ts')).pluginServer());

await program.parseAsync();

function port(text: string): number {
  const value = Number(text);
  if (!/^\d+$/.test(text) || value > 65_535)
    throw new InvalidArgumentError('a port is a number from 0 to 65535; 0 picks a free one.');
  return value;
}

function count(text: string): number {
  const value = Number(text);
  if (!/^\d+$/.test(text) || value < 1 || value > 1024)
    throw new InvalidArgumentError('expected a number from 1 to 1024.');
  return value;
}

function logLevel(text: string): string {
  const levels = ['trace', 'debug', 'info', 'warn', 'error', 'silent'];
  if (!levels.includes(text)) throw new InvalidArgumentError(`expected one of ${levels.join(', ')}.`);
  return text;
}
