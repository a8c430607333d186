/** `higress envoy`: the path of the Envoy that the gateway will run, on standard output. */
import { EnvoyNotFoundError, findEnvoy } from '#app/envoy/binary.ts';
import { readEnvironment } from '#app/settings.ts';

export async function envoy(): Promise<void> {
  try {
    const path = await findEnvoy({
      env: readEnvironment().variables,
      say: (text) => process.stderr.write(`[higress] ${text}\n`),
    });
    process.stdout.write(`${path}\n`);
  } catch (error) {
    if (!(error instanceof EnvoyNotFoundError)) throw error;
    process.stderr.write(`higress: ${error.message}\n`);
    process.exitCode = 1;
  }
}
