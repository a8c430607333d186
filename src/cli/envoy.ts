/** `higress envoy`: the path of the Envoy that the gateway will run, on standard output; what it will load is made ready too. */
import { EnvoyNotFoundError, findEnvoy } from '#app/envoy/binary.ts';
import { findNativeModule, NativeModuleError } from '#app/envoy/native-module.ts';
import { readEnvironment } from '#app/settings.ts';

export async function envoy(): Promise<void> {
  const env = readEnvironment().variables;
  const say = (text: string) => process.stderr.write(`[higress] ${text}\n`);
  try {
    const path = await findEnvoy({ env, say });
    await findNativeModule({ env, envoy: path, say });
    process.stdout.write(`${path}\n`);
  } catch (error) {
    if (!(error instanceof EnvoyNotFoundError) && !(error instanceof NativeModuleError)) throw error;
    process.stderr.write(`higress: ${error.message}\n`);
    process.exitCode = 1;
  }
}
