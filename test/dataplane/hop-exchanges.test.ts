/** Exchanges as frames of the native module, on two workers of Envoy. */
import { exchangeCases } from '#test/exchange-cases.ts';

exchangeCases('hop');
