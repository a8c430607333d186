#!/usr/bin/env node
/** The one command, `higress`. Each subcommand's file is loaded only when it is used, so that `--help` and `check` start fast. */
import { Argument, Command, InvalidArgumentError, Option } from 'commander';
import { VERSION } from '#app/version.ts';
import { keepCompiledCode } from '#lib/compile-cache.ts';
import { hostPort, listenAddress } from './addresses.ts';

keepCompiledCode();

const PLACE_FLAGS = ['admin', 'kubeconfig', 'context', 'namespace'];

const program = new Command('higress').description('An Envoy-based ingress, API, LLM and MCP gateway').version(VERSION);

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

place(program.command('explain'))
  .description('tell which route, policies, plugins and cluster a request gets, and where each was written')
  .argument('<url>', 'for example https://shop.example.com/cart?id=1')
  .option('-H, --header <line>', "header 'name: value'; may be given several times", several)
  .option('-X, --method <method>', 'method', 'GET')
  .addOption(new Option('--config-dir <path...>', 'ask files or folders, no running gateway').conflicts(PLACE_FLAGS))
  .addOption(format('text', 'json'))
  .option('--system-namespace <name>', 'namespace of McpBridge, WasmPlugin and higress-config', 'higress-system')
  .option('--ingress-class <name>', 'class of the Ingresses to serve', 'higress')
  .addHelpText('after', '\nExit status: 0 something answers, 1 nothing matches, 2 it could not be found out.')
  .action(async (url, options) => (await import('./explain.ts')).explain(url, options));

place(program.command('diff'))
  .description('tell what manifests would change, before they are applied')
  .argument('<path...>', 'files or folders')
  .addOption(
    new Option('--against <path...>', 'compare with files or folders, no running gateway').conflicts(PLACE_FLAGS),
  )
  .addOption(format('text', 'json'))
  .option('--system-namespace <name>', 'namespace of McpBridge, WasmPlugin and higress-config (default: that of -n)')
  .option('--ingress-class <name>', 'class of the Ingresses to serve', 'higress')
  .addHelpText('after', '\nExit status: 0 no difference, 1 differences, 2 it could not be found out.')
  .action(async (paths, options) => (await import('./diff.ts')).diff(paths, options));

place(program.command('status'))
  .description('tell whether a running gateway is well: processes, what each has taken, registries, problems')
  .addOption(format('text', 'json'))
  .addHelpText('after', '\nExit status: 0 ready, 1 not ready, 2 nobody answers.')
  .action(async (options) => (await import('./status.ts')).status(options));

place(program.command('config'))
  .description("print a part of a running gateway's Envoy configuration, as Envoy has it; secrets are redacted")
  .addArgument(new Argument('<section>').choices(['bootstrap', 'listener', 'route', 'cluster', 'endpoint', 'secret']))
  .option('--pod <name>', 'in a cluster: which gateway pod (default: the first that is ready)')
  .addOption(format('json', 'yaml'))
  .action(async (section, options) => (await import('./config.ts')).config(section, options));

program
  .command('envoy')
  .description('print the path of the Envoy binary, fetching it when there is none')
  .action(async () => (await import('./envoy.ts')).envoy());

program
  .command('controller')
  .alias('serve')
  .description('the controller in a Kubernetes cluster: watches it, writes status, serves gateways and plugin servers')
  .option('--ingressClass <name>', 'class of the Ingresses to serve; empty = all', 'higress')
  .option('--watchNamespace <namespace>', 'only Ingresses, Services and Secrets of this namespace; empty = all', '')
  .option('--domain <suffix>', 'DNS suffix of the cluster', 'cluster.local')
  .option('--enableStatus <bool>', 'write the addresses of Ingresses', bool, true)
  .option('--gatewaySelectorKey <key>', 'accepted for compatibility; gateways are told by their certificate')
  .option('--gatewaySelectorValue <value>', 'accepted for compatibility')
  .option('--httpAddress <address>', '/ready, /healthz, /debug', hostPort, hostPort(':8888'))
  .option('--debug <bool>', 'whether there is /debug', bool, true)
  .addOption(
    new Option('--debugFrom <where>', 'who gets /debug: only loopback (a port-forward), or whoever reaches the port')
      .choices(['localhost', 'everywhere'])
      .default('localhost'),
  )
  .option('--grpcAddress <address>', 'xDS over mTLS', hostPort, hostPort(':15012'))
  .option('--metricsAddress <address>', '/metrics', hostPort, hostPort(':15014'))
  .option('--certHttpAddress <address>', 'answers to HTTP-01 challenges of a CA', hostPort, hostPort(':8889'))
  .option('--enableAutomaticHttps <bool>', 'ask a CA for the certificates that higress-https wants', bool, false)
  .option('--automaticHttpsEmail <address>', 'account with the CA, when higress-https names none', email, '')
  .option('--acmeDirectory <url>', 'directory of the CA', httpsUrl, 'https://acme-v02.api.letsencrypt.org/directory')
  .option('--gatewayAddress <address>', 'address that gateways listen on; :: takes IPv6 and IPv4', '0.0.0.0')
  .option(
    '--upstreamConcurrency <number>',
    'requests that a gateway may have open to one upstream; 0 = no limit',
    limit,
    0,
  )
  .option('--gatewayHttpPort <port>', 'HTTP port of the gateways', port, 80)
  .option('--gatewayHttpsPort <port>', 'HTTPS port of the gateways', port, 443)
  .option('--egressPort <port>', 'port of the gateways for calls of plugins, with mTLS', port, 15080)
  .option('--gatewayCertDir <dir>', 'where gateway pods mount their certificate', '/etc/higress/xds')
  .option('--nativeModule <bool>', 'gateways can load the module that runs plugins inside Envoy', bool, false)
  .option(
    '--nativeModuleName <name>',
    'its name in the bootstrap of gateways: those with another one are on the way out',
    '',
  )
  .option('--pluginServerHost <host>', 'default: the Service higress-plugin-server-pods of the own namespace', '')
  .option('--pluginServerSidecarsHost <host>', 'plugin servers in gateway pods (default: …-sidecars)', '')
  .option('--pluginServerExtProcPort <port>', 'port for ext_proc', port, 18080)
  .option('--pluginServerHttpPort <port>', 'port for MCP servers and Wasm modules', port, 18081)
  .option(
    '--pluginUrlPattern <url>',
    'of WasmPlugins whose url is NAME:VERSION, with ${name} and ${version} (default: the Service higress-plugin-server)',
    '',
  )
  .option('--serviceName <name>', "this controller's Service", 'higress-controller')
  .option('--deploymentName <name>', 'Deployment of the controller: owns its Secrets and Lease (default: none)', '')
  .option(
    '--drainSeconds <seconds>',
    'at the end serve xDS on so long, until the Service sends those that connect elsewhere',
    limit,
    0,
  )
  .option('--dataDir <dir>', 'files of this replica (default: below the temporary folder)')
  .option('--kubeconfig <path>', 'default: in the cluster, else KUBECONFIG, else ~/.kube/config')
  .option('--logLevel <level>', 'trace, debug, info, warn, error or silent', logLevel, 'info')
  .option('--logDir <dir>', 'also write the log to a file here: rolled at 64 MB, 3 older ones kept')
  .action(async (options) => (await import('./controller.ts')).controller(options));

program
  .command('plugin-server')
  .description('runs plugins, MCP servers and Wasm modules for the gateways of a cluster')
  .option('--xdsAddress <address>', "the controller's xDS, HOST:PORT", hostPort)
  .option('--xdsCertDir <dir>', 'folder with tls.crt, tls.key, ca.crt', '/etc/higress/xds')
  .option('--extProc <address>', ':PORT, HOST:PORT or unix:PATH', listenAddress)
  .option('--http <address>', ':PORT, HOST:PORT or unix:PATH', listenAddress)
  .option('--control <address>', ':PORT or HOST:PORT for controller and probes when --http is a socket', hostPort)
  .option('--files <address>', ':PORT or HOST:PORT of /plugins/NAME/VERSION/plugin.wasm; absent = not served', hostPort)
  .option('--pluginsDir <dir>', 'folder with NAME/VERSION/plugin.wasm for --files')
  .option(
    '--egress <address>',
    "the gateways' egress, HOST:PORT or unix:PATH; absent = plugins cannot call out",
    listenAddress,
  )
  .option('--dataDir <dir>', 'where Wasm modules are kept', '/var/lib/higress')
  .option('--logLevel <level>', 'trace, debug, info, warn, error or silent', logLevel, 'info')
  .option('--logDir <dir>', 'also write the log to a file here: rolled at 64 MB, 3 older ones kept')
  .action(async (options) => (await import('./plugin-server.ts')).pluginServer(options));

program.command('control-plane', { hidden: true }).action(async () => (await import('./processes.ts')).controlPlane());
program
  .command('standalone-plugin-server', { hidden: true })
  .action(async () => (await import('./processes.ts')).pluginServer());

await program.parseAsync();

/** Where the gateway is that a command asks. */
function place(command: Command): Command {
  return command
    .addOption(
      new Option('--admin <url>', 'admin address of the gateway (default: http://127.0.0.1:8888)').conflicts([
        'kubeconfig',
        'context',
        'namespace',
      ]),
    )
    .option('--kubeconfig <file>', 'ask the gateway in the cluster of this kubeconfig (default: as kubectl)')
    .option('--context <name>', 'context of the kubeconfig')
    .option('-n, --namespace <name>', 'where the gateway is installed (default: higress-system)');
}

/** The first is the default. */
function format(...choices: readonly [string, string]): Option {
  return new Option('-o, --output <format>', `${choices.join(' or ')}`).choices(choices).default(choices[0]);
}

function several(line: string, before: readonly string[] = []): readonly string[] {
  return [...before, line];
}

function port(text: string): number {
  const value = Number(text);
  if (!/^\d+$/.test(text) || value > 65_535)
    throw new InvalidArgumentError('a port is a number from 0 to 65535; 0 picks a free one.');
  return value;
}

function limit(text: string): number {
  if (!/^\d+$/.test(text) || Number(text) > 4_294_967_295) throw new InvalidArgumentError('expected a whole number.');
  return Number(text);
}

function bool(text: string): boolean {
  if (text !== 'true' && text !== 'false') throw new InvalidArgumentError('expected true or false.');
  return text === 'true';
}

function email(text: string): string {
  if (text !== '' && !/^[^\s@]+@[^\s@]+\.[^\s@]+$/.test(text))
    throw new InvalidArgumentError('expected an e-mail address, or nothing.');
  return text;
}

function httpsUrl(text: string): string {
  if (!URL.canParse(text) || new URL(text).protocol !== 'https:') throw new InvalidArgumentError('expected https://….');
  return text;
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
