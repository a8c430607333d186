import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { serviceYaml } from '../support/echo.ts';
import { type Gateway, startGateway } from '../support/gateway.ts';
import { aiRouteYaml, claudeEvents, contentOf, eventStream, json, type Llm, openStream, startLlm } from '../support/llm.ts';
let llm: Llm; let gateway: Gateway;
beforeAll(async () => {
  llm = await startLlm();
  gateway = await startGateway({ files: { 'svc.yaml': serviceYaml('llm', llm.port, 'higress-system'), 'r.yaml': [
    aiRouteYaml({ name: 'retry', host: 'retry.example.com', service: 'llm', provider: { id: 'r', type: 'claude', apiTokens: ['bad', 'good'], retryOnFailure: { enabled: true } } }),
    aiRouteYaml({ name: 'fb', host: 'retry2.example.com', service: 'llm', provider: { id: 'r', type: 'claude', apiTokens: ['bad'] }, annotations: { 'higress.io/ai-fallback-route': 'fb2' } }),
    aiRouteYaml({ name: 'fb2', host: 'retry2.example.com', service: 'llm', provider: { id: 'r', type: 'claude', apiTokens: ['good'] }, annotations: { 'higress.io/exact-match-header-x-higress-fallback-from': 'fb' } }),
  ].join('---\n') } });
}, 90_000);
afterAll(async () => { await gateway?.stop(); await llm?.stop(); });
for (const host of ['retry.example.com', 'retry2.example.com']) it(host, async () => {
  llm.answer((request, response) => {
    if (request.token === 'bad') { json(response, 529, {}); return; }
    eventStream(response);
    const ev = claudeEvents('hello world');
    let i = 0;
    const t = setInterval(() => { if (i < ev.length) response.write(ev[i++]); else { clearInterval(t); response.end(); } }, 20);
    response.on('close', () => clearInterval(t));
  });
  const t0 = Date.now();
  const streams = Array.from({ length: 400 }, () => openStream(`${gateway.urls.http}/v1/chat/completions`, { host }, { model: 'm', stream: true, messages: [{ role: 'user', content: 'hi' }] }));
  const outcomes: Record<string, number> = {};
  await Promise.all(streams.map(async (s, i) => {
    if (i % 10 === 0) { await s.status; s.abort(); return; }
    const how = await s.over; const key = `${how} ${await s.status} ${contentOf(s.text()) === 'hello world'}`;
    outcomes[key] = (outcomes[key] ?? 0) + 1;
  }));
  console.log(host, Date.now() - t0, JSON.stringify(outcomes), gateway.log.split('\n').filter((l) => l.includes('"warn') || l.includes('"error')).slice(-5).map((l) => l.slice(0, 300)));
  await new Promise((r) => setTimeout(r, 300));
  const m = await (await fetch(`${gateway.urls.admin}/metrics`)).text();
  console.log(m.split('\n').filter((l) => /plugin.*stream|streams/.test(l) && !l.startsWith('#')).join('\n'));
}, 60_000);
