/** What the plugin server is made of in a cluster, from the chart's `pluginServer` values. Pure. */
import { z } from 'zod';
import { CLIENT_SECRETS } from './certificates.ts';
import { MADE_HERE } from './objects.ts';
import type { OwnerReference } from './release-owner.ts';

const object = z.record(z.string(), z.unknown());

/** The shape of the key `values.yaml` of the ConfigMap `higress-plugin-server`, which the chart writes. */
export const pluginServerValuesSchema = z.object({
  mode: z.enum(['deployment', 'sidecar']).default('deployment'),
  name: z.string().default('higress-plugin-server'),
  replicas: z.int().min(0).default(2),
  image: z.string(),
  imagePullPolicy: z.enum(['', 'Always', 'IfNotPresent', 'Never']).default(''),
  imagePullSecrets: z.array(object).default([]),
  serviceAccountName: z.string().default('default'),
  labels: z.record(z.string(), z.string()).default({}),
  podLabels: z.record(z.string(), z.string()).default({}),
  podAnnotations: z.record(z.string(), z.string()).default({}),
  env: z.record(z.string(), z.string()).default({}),
  resources: object.default({}),
  nodeSelector: z.record(z.string(), z.string()).default({}),
  tolerations: z.array(object).default([]),
  affinity: object.default({}),
  topologySpreadConstraints: z.array(object).default([]),
  podSecurityContext: object.default({}),
  securityContext: object.default({}),
  logLevel: z.string().default('info'),
  ports: z
    .object({ extProc: z.int().default(18080), http: z.int().default(18081), files: z.int().default(18082) })
    .prefault({}),
  service: z.object({ port: z.int().default(80) }).prefault({}),
  /** A volume with `NAME/VERSION/plugin.wasm`; empty = none. */
  pluginsVolume: object.default({}),
  /** Labels of the gateway's pods, which hold the plugin server in sidecar mode. */
  gatewaySelector: z.record(z.string(), z.string()).default({}),
  /** Where the plugin server finds its control plane, `HOST:PORT`. */
  xdsAddress: z.string(),
  /** Envoy's egress listener, `HOST:PORT`; empty = plugins cannot call out. */
  egressAddress: z.string().default(''),
  autoscaling: z
    .object({
      enabled: z.boolean().default(false),
      minReplicas: z.int().min(1).default(2),
      maxReplicas: z.int().min(1).default(10),
      targetCPUUtilizationPercentage: z.int().min(1).default(80),
    })
    .prefault({}),
  podDisruptionBudget: z
    .object({ enabled: z.boolean().default(true), minAvailable: z.union([z.int(), z.string()]).default(1) })
    .prefault({}),
});

export type PluginServerValues = z.infer<typeof pluginServerValuesSchema>;

export interface ManagedObject {
  readonly apiVersion: string;
  readonly kind: 'Deployment' | 'Service' | 'PodDisruptionBudget' | 'HorizontalPodAutoscaler';
  readonly metadata: {
    readonly name: string;
    readonly namespace: string;
    readonly labels: Readonly<Record<string, string>>;
    readonly ownerReferences: readonly OwnerReference[];
  };
  readonly spec: unknown;
}

const COMPONENT_LABEL = 'app';
/** Of the plugin server in a gateway pod. */
const SIDECAR_PORT = 'http-plugins';
const CERTIFICATES = '/etc/higress/xds';
const DATA = '/var/lib/higress';
/** Also where `file:///opt/plugins/…` of a WasmPlugin is read. */
const PLUGINS = '/opt/plugins';

/** What the gateway pods that run now have: while a release moves from one mode to the other, some still need what those of the other mode need. */
export interface GatewayPods {
  readonly someWithSidecar: boolean;
  readonly someWithout: boolean;
}

/** Every object that should be there; of the kinds that are not among them none should be. */
export function pluginServerObjects(
  values: PluginServerValues,
  namespace: string,
  owner: OwnerReference,
  gateways: GatewayPods,
): readonly ManagedObject[] {
  const sidecars = values.mode === 'sidecar' || gateways.someWithSidecar;
  const own = values.mode === 'deployment' || gateways.someWithout;
  const selector = { [COMPONENT_LABEL]: values.name };
  const metadata = {
    name: values.name,
    namespace,
    labels: { ...values.labels, ...selector, ...MADE_HERE },
    ownerReferences: [owner],
  };
  const { autoscaling, podDisruptionBudget } = values;
  const objects: ManagedObject[] = [
    filesService(values, metadata, own ? selector : values.gatewaySelector),
    ...(own ? [podsService(values, metadata, selector)] : []),
    ...(sidecars ? [sidecarsService(values, metadata)] : []),
  ];
  if (!own) return objects;
  objects.push({
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata,
    spec: {
      ...(autoscaling.enabled ? {} : { replicas: values.replicas }),
      selector: { matchLabels: selector },
      strategy: { type: 'RollingUpdate', rollingUpdate: { maxUnavailable: 0, maxSurge: 1 } },
      template: podTemplate(values, selector),
    },
  });
  if (podDisruptionBudget.enabled)
    objects.push({
      apiVersion: 'policy/v1',
      kind: 'PodDisruptionBudget',
      metadata,
      spec: { minAvailable: podDisruptionBudget.minAvailable, selector: { matchLabels: selector } },
    });
  if (autoscaling.enabled)
    objects.push({
      apiVersion: 'autoscaling/v2',
      kind: 'HorizontalPodAutoscaler',
      metadata,
      spec: {
        scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: values.name },
        minReplicas: autoscaling.minReplicas,
        maxReplicas: autoscaling.maxReplicas,
        metrics: [
          {
            type: 'Resource',
            resource: {
              name: 'cpu',
              target: { type: 'Utilization', averageUtilization: autoscaling.targetCPUUtilizationPercentage },
            },
          },
        ],
      },
    });
  return objects;
}

type Metadata = ManagedObject['metadata'];
type Labels = Readonly<Record<string, string>>;

const SERVICE = { apiVersion: 'v1', kind: 'Service' } as const;
const portOf = (name: string, port: number, targetPort = name) => ({ name, port, targetPort, protocol: 'TCP' });

/** For everybody: plugin files. */
function filesService({ service }: PluginServerValues, metadata: Metadata, selector: Labels): ManagedObject {
  const ports = [portOf('http-files', service.port, 'files')];
  return { ...SERVICE, metadata, spec: { type: 'ClusterIP', selector, ports } };
}

/** For gateways and controller. Headless: Envoy spreads streams, not connections, over the pods, and the controller asks each for its modules. */
function podsService({ ports }: PluginServerValues, metadata: Metadata, selector: Labels): ManagedObject {
  const both = [portOf('grpc-ext-proc', ports.extProc), portOf('http', ports.http)];
  return {
    ...SERVICE,
    metadata: { ...metadata, name: podsServiceName(metadata.name) },
    spec: { clusterIP: 'None', publishNotReadyAddresses: false, selector, ports: both },
  };
}

/** For the controller: the plugin servers in gateway pods, also of one that is not ready yet, because it waits for a module. */
function sidecarsService({ ports, gatewaySelector }: PluginServerValues, metadata: Metadata): ManagedObject {
  // A gateway has a port of the name `http` already; pods without a plugin server lack this one, and are left out.
  const http = portOf('http', ports.http, SIDECAR_PORT);
  return {
    ...SERVICE,
    metadata: { ...metadata, name: sidecarsServiceName(metadata.name) },
    spec: { clusterIP: 'None', publishNotReadyAddresses: true, selector: gatewaySelector, ports: [http] },
  };
}

/** The headless Service of the plugin server `name`. */
function podsServiceName(name: string): string {
  return `${name}-pods`;
}

function sidecarsServiceName(name: string): string {
  return `${name}-sidecars`;
}

function podTemplate(values: PluginServerValues, selector: Readonly<Record<string, string>>): unknown {
  const { ports } = values;
  const withPlugins = Object.keys(values.pluginsVolume).length > 0;
  const antiAffinity = {
    podAntiAffinity: {
      preferredDuringSchedulingIgnoredDuringExecution: [
        {
          weight: 100,
          podAffinityTerm: { labelSelector: { matchLabels: selector }, topologyKey: 'kubernetes.io/hostname' },
        },
      ],
    },
  };
  const probe = (path: string) => ({ httpGet: { path, port: 'http' }, periodSeconds: 3, timeoutSeconds: 3 });
  return {
    metadata: { labels: { ...values.podLabels, ...selector }, annotations: values.podAnnotations },
    spec: {
      serviceAccountName: values.serviceAccountName,
      automountServiceAccountToken: false,
      imagePullSecrets: values.imagePullSecrets,
      securityContext: {
        runAsNonRoot: true,
        runAsUser: 65_532,
        runAsGroup: 65_532,
        fsGroup: 65_532,
        seccompProfile: { type: 'RuntimeDefault' },
        ...values.podSecurityContext,
      },
      nodeSelector: values.nodeSelector,
      tolerations: values.tolerations,
      affinity: Object.keys(values.affinity).length > 0 ? values.affinity : antiAffinity,
      topologySpreadConstraints: values.topologySpreadConstraints,
      // Streams in flight get time to end.
      terminationGracePeriodSeconds: 60,
      containers: [
        {
          name: 'plugin-server',
          image: values.image,
          ...(values.imagePullPolicy === '' ? {} : { imagePullPolicy: values.imagePullPolicy }),
          args: [
            'plugin-server',
            `--xdsAddress=${values.xdsAddress}`,
            `--xdsCertDir=${CERTIFICATES}`,
            `--extProc=:${ports.extProc}`,
            `--http=:${ports.http}`,
            `--files=:${ports.files}`,
            ...(withPlugins ? [`--pluginsDir=${PLUGINS}`] : []),
            `--dataDir=${DATA}`,
            `--logLevel=${values.logLevel}`,
            ...(values.egressAddress === '' ? [] : [`--egress=${values.egressAddress}`]),
          ],
          env: [
            { name: 'POD_NAME', valueFrom: { fieldRef: { fieldPath: 'metadata.name' } } },
            { name: 'POD_NAMESPACE', valueFrom: { fieldRef: { fieldPath: 'metadata.namespace' } } },
            ...Object.entries(values.env).map(([name, value]) => ({ name, value })),
          ],
          ports: [
            { name: 'grpc-ext-proc', containerPort: ports.extProc, protocol: 'TCP' },
            { name: 'http', containerPort: ports.http, protocol: 'TCP' },
            { name: 'files', containerPort: ports.files, protocol: 'TCP' },
          ],
          readinessProbe: probe('/ready'),
          livenessProbe: { ...probe('/healthz'), periodSeconds: 10, failureThreshold: 6 },
          resources: values.resources,
          securityContext: {
            allowPrivilegeEscalation: false,
            readOnlyRootFilesystem: true,
            capabilities: { drop: ['ALL'] },
            ...values.securityContext,
          },
          volumeMounts: [
            { name: 'xds', mountPath: CERTIFICATES, readOnly: true },
            { name: 'data', mountPath: DATA },
            ...(withPlugins ? [{ name: 'plugins', mountPath: PLUGINS, readOnly: true }] : []),
          ],
        },
      ],
      volumes: [
        { name: 'xds', secret: { secretName: CLIENT_SECRETS['plugin-server'] } },
        { name: 'data', emptyDir: {} },
        ...(withPlugins ? [{ name: 'plugins', ...values.pluginsVolume }] : []),
      ],
    },
  };
}
