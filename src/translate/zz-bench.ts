import { parseIngress } from '#model/ingress/ingress.ts';
import { parseService } from '#model/service.ts';
import { parseEndpointSlice } from '#model/endpoint-slice.ts';
import { createTranslator } from './translate.ts';
import { noPlugins } from './plugin-binder.ts';
const N = 1000, d = {namespace:'default'};
const ing = (n: number, t = '1') => parseIngress({value:{apiVersion:'networking.k8s.io/v1',kind:'Ingress',metadata:{name:'i'+n,annotations:{'higress.io/timeout':t}},spec:{ingressClassName:'higress',rules:[{host:`h${n}.test`,http:{paths:[{path:'/',pathType:'Prefix',backend:{service:{name:'s'+n,port:{number:80}}}}]}}]}}}, d).object!;
const w = {ingresses: Array.from({length:N},(_, n)=>ing(n)), services: Array.from({length:N},(_, n)=>parseService({value:{apiVersion:'v1',kind:'Service',metadata:{name:'s'+n},spec:{ports:[{port:80}]}}},d).object!), endpointSlices: Array.from({length:N},(_, n)=>parseEndpointSlice({value:{metadata:{name:'e'+n,labels:{'kubernetes.io/service-name':'s'+n}},endpoints:[{addresses:['10.0.0.1']}],ports:[{port:80}]}},d).object!), ingressClasses:[],secrets:[],configMaps:[],mcpBridges:[],wasmPlugins:[],http2rpcs:[],registryServices:[]};
const t = createTranslator({ingressClass:'higress',systemNamespace:'hs',watchNamespace:'',domainSuffix:'cluster.local',httpsPublicPort:443,wildcardFallback:true},{catalogue:{get:()=>undefined,names:()=>[]},binder:noPlugins});
let b = performance.now(); t.translate(w); console.log('first', performance.now()-b);
const times: number[] = [];
for (let i=0;i<200;i++){ const c = ing(i%N, String(i+2)); w.ingresses = w.ingresses.map((o,k)=>k===i%N?c:o); b=performance.now(); t.translate(w); times.push(performance.now()-b);}
console.log('first ten', times.slice(0,10).map(x=>x.toFixed(1)).join(' '));
times.sort((x,y)=>x-y); console.log('p50', times[100], 'p95', times[190]);
