/** Settings of the processes, made once from the command line; the only file besides `cli/main.ts` that looks at the environment. */
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';

export interface StandaloneSettings {
  readonly configDir: string;
  readonly address: string;
  /** 0 picks a free port. */
  readonly httpPort: number;
  readonly httpsPort: number;
  readonly adminPort: number;
  readonly consolePort: number;
  readonly dataDir: string;
  readonly logLevel: string;
  /** Absent: standard error only. */
  readonly logDir: string | undefined;
  readonly envoyConcurrency: number | undefined;
  readonly systemNamespace: string;
  readonly ingressClass: string;
}

/** What the control-plane process needs; ports are settled by then. */
export interface ControlPlaneSettings {
  readonly configDirs: readonly string[];
  readonly address: string;
  readonly httpPort: number;
  readonly httpsPort: number;
  readonly adminPort: number;
  readonly dataDir: string;
  readonly logLevel: string;
  /** Absent: standard error only. */
  readonly logDir: string | undefined;
  readonly systemNamespace: string;
  readonly ingressClass: string;
  /** Envoy can load the module that runs plugins inside it. */
  readonly nativeModule: boolean;
  readonly sockets: Sockets;
}

export interface PluginServerSettings {
  readonly dataDir: string;
  readonly logLevel: string;
  /** Absent: standard error only. */
  readonly logDir: string | undefined;
  /** Envoy runs the module. */
  readonly nativeModule: boolean;
  readonly sockets: Sockets;
}

/** Unix sockets of one running gateway. Their paths stay short: the kernel allows 107 bytes. */
export interface Sockets {
  readonly ads: string;
  readonly envoyAdmin: string;
  readonly extProc: string;
  readonly hop: string;
  readonly pluginHttp: string;
  readonly egress: string;
}

export function socketsIn(runDir: string): Sockets {
  return {
    ads: join(runDir, 'ads.sock'),
    envoyAdmin: join(runDir, 'envoy-admin.sock'),
    extProc: join(runDir, 'ext-proc.sock'),
    hop: join(runDir, 'hop.sock'),
    pluginHttp: join(runDir, 'plugin-http.sock'),
    egress: join(runDir, 'egress.sock'),
  };
}

export interface Environment {
  readonly variables: Readonly<Record<string, string | undefined>>;
  readonly temporaryDir: string;
  readonly home: string;
}

export function readEnvironment(): Environment {
  return { variables: process.env, temporaryDir: tmpdir(), home: homedir() };
}
