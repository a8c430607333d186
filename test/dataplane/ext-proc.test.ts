/** Exchanges as gRPC streams of Envoy's own ext_proc filter. */
import { exchangeCases } from '#test/exchange-cases.ts';

exchangeCases('ext_proc');
