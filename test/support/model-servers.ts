/** Several stand-ins of model servers behind one Service: each tells its load under `/metrics` and answers with its name. */
import { completion, json, type Llm, type LlmRequest, startLlm } from './llm.ts';

export interface ModelServers {
  readonly names: readonly string[];
  readonly llms: readonly Llm[];
  /** Requests that a server has and has not answered, by its place. */
  readonly inFlight: number[];
  /** What `/metrics` says; a number is a status. */
  readonly metrics: (string | number)[];
  /** From now on answers wait until `release`. */
  hold(): void;
  /** Answers what waits, oldest first; all when no number is given. */
  release(count?: number): void;
  /** Cuts the connections of what waits. */
  break(): void;
  /** Chat requests, without those for metrics. */
  asked(server: number): readonly LlmRequest[];
  /** Service and EndpointSlices. */
  yaml(service: string, servers?: readonly number[]): string;
  address(server: number): string;
  stop(): Promise<void>;
}

export async function startModelServers(count: number): Promise<ModelServers> {
  const names = Array.from({ length: count }, (_one, index) => `server-${index}`);
  const inFlight = names.map(() => 0);
  const metrics: (string | number)[] = names.map(() => vllmMetrics(0, 0));
  const waiting: { answer(): void; cut(): void }[] = [];
  let holding = false;
  const llms = await Promise.all(
    names.map((name, index) =>
      startLlm((request, response) => {
        if (request.path === '/metrics') {
          const told = metrics[index]!;
          if (typeof told === 'number') json(response, told, {});
          else response.writeHead(200, { 'content-type': 'text/plain' }).end(told);
          return;
        }
        inFlight[index]! += 1;
        response.on('close', () => {
          inFlight[index]! -= 1;
        });
        if (holding) waiting.push({ answer: () => completion(response, name), cut: () => void response.destroy() });
        else completion(response, name);
      }),
    ),
  );
  return {
    names,
    llms,
    inFlight,
    metrics,
    hold: () => {
      holding = true;
    },
    release: (n) => {
      if (n === undefined) holding = false;
      for (const { answer } of waiting.splice(0, n ?? waiting.length)) answer();
    },
    break: () => {
      for (const { cut } of waiting.splice(0)) cut();
    },
    asked: (server) => llms[server]!.seen.filter(({ path }) => path !== '/metrics'),
    yaml: (service, servers = names.map((_name, index) => index)) =>
      servicesYaml(
        service,
        servers.map((server) => llms[server]!.port),
      ),
    address: (server) => `127.0.0.1:${llms[server]!.port}`,
    stop: async () => {
      await Promise.all(llms.map((llm) => llm.stop()));
    },
  };
}

export function vllmMetrics(waiting: number, cacheUsage: number, adapters: readonly string[] = [], max = 0): string {
  return `# TYPE vllm:num_requests_waiting gauge
vllm:num_requests_running{model_name="base"} 0
vllm:num_requests_waiting{model_name="base"} ${waiting}
vllm:gpu_cache_usage_perc{model_name="base"} ${cacheUsage}
vllm:lora_requests_info{max_lora="${max}",running_lora_adapters="${adapters.join(',')}"} 1.8e9
`;
}

/** Ports differ, so each endpoint has a slice of its own. */
function servicesYaml(name: string, ports: readonly number[]): string {
  const slices = ports.map(
    (port, index) => `---
apiVersion: discovery.k8s.io/v1
kind: EndpointSlice
metadata: { name: ${name}-${index}, namespace: higress-system, labels: { kubernetes.io/service-name: ${name} } }
addressType: IPv4
endpoints: [{ addresses: ["127.0.0.1"], conditions: { ready: true } }]
ports: [{ name: http, port: ${port} }]
`,
  );
  return `apiVersion: v1
kind: Service
metadata: { name: ${name}, namespace: higress-system }
spec:
  ports: [{ name: http, port: 80, targetPort: http }]
${slices.join('')}`;
}

/** An Ingress whose requests a load balancer with this configuration divides. */
export function balancedRouteYaml(name: string, service: string, config: object): string {
  return `apiVersion: networking.k8s.io/v1
kind: Ingress
metadata: { name: ${name}, namespace: higress-system }
spec:
  ingressClassName: higress
  rules:
  - host: ${name}.example.com
    http:
      paths:
      - path: /
        pathType: Prefix
        backend: { service: { name: ${service}, port: { number: 80 } } }
---
apiVersion: extensions.higress.io/v1alpha1
kind: WasmPlugin
metadata: { name: ${name}-balancer, namespace: higress-system }
spec:
  url: oci://higress/plugins/ai-load-balancer:1.0.0
  defaultConfigDisable: true
  matchRules:
  - ingress: [${name}]
    config: ${JSON.stringify(config)}
`;
}
