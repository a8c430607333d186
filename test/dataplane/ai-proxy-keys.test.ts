/** Keys of the AI plugins whose effect only a real gateway shows: time-outs, calls of the plugin's own, headers, logs. */
import { describe, expect, it } from '@jest/globals';
import { eventually } from '../support/gateway.ts';
import { completion } from '../support/llm.ts';
import { ANSWERS } from '../support/vendor-answers.ts';
import { logsOfRows, rowsOnTheWire } from '../support/wire-rows.ts';
import { hostOf, type Row } from '../support/wire-table.ts';

const CHAT = '/v1/chat/completions';
const ask = { model: 'm', messages: [{ role: 'user', content: 'q' }] };
const proxy = (provider: object) => ({ 'ai-proxy': { provider: { apiTokens: ['sk-vendor'], ...provider } } });
const FORM = { 'content-type': 'multipart/form-data; boundary=x' };
const form = (model: string) =>
  `--x\r\nContent-Disposition: form-data; name="image"; filename="a"\r\n\r\n\0\r\n--x\r\nContent-Disposition: form-data; name="model"\r\n\r\n${model}\r\n--x--\r\n`;

const ROWS: readonly Row[] = [
  {
    item: 'claudeCodeMode',
    says: 'sends what Claude Code sends',
    plugins: proxy({ type: 'claude', claudeCodeMode: true }),
    steps: [
      {
        path: CHAT,
        body: ask,
        answer: ANSWERS.claude.whole,
        upstream: {
          path: '/v1/messages?beta=true',
          headers: {
            authorization: 'Bearer sk-vendor',
            'x-app': 'cli',
            'user-agent': expect.stringMatching(/^claude-cli/),
          },
        },
      },
    ],
  },
  ...['openai', 'moonshot'].map(
    (type): Row => ({
      item: 'picture forms',
      says: `have their model mapped by type ${type}`,
      plugins: proxy({ type, modelMapping: { m: 'mäpped' }, capabilities: { 'openai/v1/imageedit': '/edits' } }),
      steps: [
        {
          path: '/v1/images/edits',
          headers: FORM,
          body: form('m'),
          upstream: { path: '/edits', text: form('mäpped') },
        },
      ],
    }),
  ),
  ...[{}, { session_id_header: 'x-mine' }].map(
    (config): Row => ({
      item: 'session_id_header',
      says: `${JSON.stringify(config)}: the session is in the log`,
      plugins: { ...proxy({ type: 'openai' }), 'ai-statistics': config },
      steps: [
        { path: CHAT, body: ask, headers: { 'x-mine': 'mine' } },
        { path: CHAT, body: ask, headers: { 'x-mine': 'mine', 'x-agent-session': 'agent' } },
      ],
      log: config.session_id_header
        ? [{ has: { ai_log: { session_id: 'mine' } } }, { has: { ai_log: { session_id: 'mine' } } }]
        : [{ absent: ['ai_log.session_id'] }, { has: { ai_log: { session_id: 'agent' } } }],
    }),
  ),
];

/** Types whose time to the first byte is limited: one in Envoy alone, one in the plugin server. */
const LIMITED = ['openai', 'claude'].map(
  (type): Row => ({
    item: 'firstByteTimeout',
    says: type,
    plugins: proxy({ type, firstByteTimeout: 300 }),
    steps: [],
  }),
);
const MOONSHOT: Row = {
  item: 'moonshotFileId',
  says: 'is read through the route',
  plugins: proxy({ type: 'moonshot', moonshotFileId: 'f-1' }),
  steps: [],
};
const ALL = [...ROWS, ...LIMITED, MOONSHOT];

describe('keys on the wire', () => {
  const wire = rowsOnTheWire(ROWS, { more: [...LIMITED, MOONSHOT] });

  const post = (row: Row, body: object) => wire.gateway.post(CHAT, body, { host: hostOf(ALL.indexOf(row)) });

  it.each(LIMITED.map((row) => [row.says, row] as const))(
    'firstByteTimeout ends a stream of type %s that does not begin, and no other',
    async (_type, row) => {
      wire.llm.seen.length = 0;
      wire.llm.answer(() => undefined);
      const { status } = await post(row, { ...ask, stream: true });
      expect(status).toBe(504);
      await eventually('the vendor is left', () => wire.llm.seen[0]?.aborted);
      expect(Object.keys(wire.llm.seen[0]?.headers ?? {})).not.toContain('x-envoy-upstream-rq-per-try-timeout-ms');
      // Longer than the limit, but begun: events come and go after it.
      const events = ANSWERS[row.says as 'openai' | 'claude'].stream.parts;
      wire.llm.answer(async (_request, response) => {
        response.writeHead(200, { 'content-type': 'text/event-stream' });
        response.write(events[0]);
        const begun = Date.now();
        await eventually('the limit is over', () => Date.now() - begun > 600);
        response.end(events.slice(1).join(''));
      });
      const streamed = await post(row, { ...ask, stream: true });
      expect([streamed.status, streamed.body.includes('[DONE]')]).toEqual([200, true]);
    },
  );

  it('moonshotFileId is read once, with the token and by the way of the route', async () => {
    wire.llm.seen.length = 0;
    wire.llm.answer(({ path }, response) => {
      if (path.endsWith('/content')) response.writeHead(200).end(JSON.stringify({ content: 'known facts' }));
      else completion(response);
    });
    for (let round = 0; round < 2; round += 1) expect((await post(MOONSHOT, ask)).status).toBe(200);
    expect(wire.llm.seen.map(({ method, path, token, headers }) => [method, path, token, headers.host])).toEqual([
      ['GET', '/v1/files/f-1/content', 'sk-vendor', 'api.moonshot.cn'],
      ['POST', CHAT, 'sk-vendor', 'api.moonshot.cn'],
      ['POST', CHAT, 'sk-vendor', 'api.moonshot.cn'],
    ]);
    expect(wire.llm.seen[1]?.json).toMatchObject({
      messages: [{ role: 'system', content: 'known facts' }, ask.messages[0]],
    });
  });

  logsOfRows(ROWS, wire);
});
