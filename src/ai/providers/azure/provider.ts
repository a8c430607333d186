/** Azure OpenAI: OpenAI's bodies, with the model as a deployment in the path. */
import { API_PATHS, type ApiName, type DetectedApi, detectApi, fillPath, OPENAI_APIS, splitPath } from '../../api.ts';
import { configured, OPENAI_EDITED } from '../compatible.ts';
import type { Provider } from '../provider.ts';
import type { ProviderSettings } from '../settings.ts';
import { readServiceUrl, withServiceQuery } from './service-url.ts';

/** APIs of the whole resource. Azure serves the others below a deployment. */
const OF_RESOURCE = /^openai\/v1\/(models|responses|.*batch|.*files?$|retrievefilecontent|.*fine-tuning)/;

/** Stands for a deployment that neither the body nor the caller's path names. */
const UNKNOWN_DEPLOYMENT = 'placeholder';

const FORMS = new Set<ApiName>([
  'openai/v1/imageedit',
  'openai/v1/imagevariation',
  'openai/v1/audiotranscription',
  'openai/v1/audiotranslation',
]);

/** Throws for an `azureServiceUrl` that `azureProblem` refuses. */
export function azureProvider(settings: ProviderSettings): Provider {
  const service = readServiceUrl(settings.azureServiceUrl);
  if (typeof service === 'string') throw new Error(`azureServiceUrl ${service}`);
  const original = settings.protocol === 'original';
  const own = configured(settings);
  const capabilities = {
    ...Object.fromEntries(OPENAI_APIS.map((name) => [name, templateOf(name, service.deployment)])),
    ...own,
  } as Partial<Record<ApiName, string>>;
  const fixed = original ? undefined : service.fixedPath;
  return {
    type: 'azure',
    host: settings.providerDomain || service.host,
    auth: { header: 'api-key', prefix: '' },
    passesUnknownApis: true,
    editsBodies: true,
    editedApis: OPENAI_EDITED,
    readsForms: FORMS,
    capabilities,
    ...(fixed === undefined ? {} : { fixedPath: fixed }),
    detect: detectAzure,
    finishPath: (path) => (original ? path : withServiceQuery(path.replace('{model}', UNKNOWN_DEPLOYMENT), service)),
    ...(original || fixed !== undefined
      ? {}
      : {
          pathForModel(api, model, asked) {
            const template = capabilities[api.name];
            if (!template?.includes('{model}')) return undefined;
            const deployment = model === '' ? deploymentOf(splitPath(asked).path) : encodeURIComponent(model);
            const path = fillPath(template, { ...api.variables, model: deployment ?? UNKNOWN_DEPLOYMENT });
            return withServiceQuery(path + splitPath(asked).query, service);
          },
        }),
  };
}

function templateOf(name: ApiName, deployment: string | undefined): string {
  const path = (API_PATHS as Readonly<Record<string, string>>)[name]?.replace(/^\/v1(?=\/)/, '') ?? '';
  return OF_RESOURCE.test(name) ? `/openai${path}` : `/openai/deployments/${deployment ?? '{model}'}${path}`;
}

/** Paths as Azure's own clients write them, so that they need no other base URL. `path` without query. */
function detectAzure(path: string): DetectedApi | undefined {
  const rest = /\/openai(?:\/deployments\/[^/]+)?(\/(?!v1\/|deployments\/).+)$/.exec(path)?.[1];
  return rest === undefined ? undefined : detectApi(`/v1${rest}`);
}

/** As it stands in the path. */
function deploymentOf(path: string): string | undefined {
  return /\/openai\/deployments\/([^/]+)\//.exec(path)?.[1];
}
