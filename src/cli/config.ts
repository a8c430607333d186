/** `higress config`: what Envoy itself has, by section of its `config_dump`; secrets are redacted. */
import { stringify } from 'yaml';
import { AdminClient, DEFAULT_ADMIN_URL } from '#app/admin/client.ts';
import { answering } from './ask.ts';

interface Options {
  readonly admin?: string;
  readonly output: string;
}

/** By the last word of the type of each part of the dump. */
export const CONFIG_SECTIONS: Readonly<Record<string, string>> = {
  bootstrap: 'BootstrapConfigDump',
  listener: 'ListenersConfigDump',
  route: 'RoutesConfigDump',
  cluster: 'ClustersConfigDump',
  endpoint: 'EndpointsConfigDump',
  secret: 'SecretsConfigDump',
};

interface Dump {
  readonly configs?: readonly { readonly '@type'?: string }[];
}

export function config(section: string, options: Options): Promise<void> {
  return answering(async () => {
    const dump = (await new AdminClient(options.admin ?? DEFAULT_ADMIN_URL).page('envoy')) as Dump;
    const type = CONFIG_SECTIONS[section];
    const found = (dump.configs ?? []).find((one) => one['@type']?.endsWith(`.${type}`));
    // Envoy leaves out a part that it has nothing of.
    const value = found ?? {};
    process.stdout.write(
      options.output === 'yaml' ? stringify(value, { lineWidth: 0 }) : `${JSON.stringify(value, null, 2)}\n`,
    );
  });
}
