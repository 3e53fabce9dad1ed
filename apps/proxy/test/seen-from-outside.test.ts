import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { context, propagation, trace, type Span, type SpanOptions, type Tracer } from '@opentelemetry/api';
import { describe, expect, it, onTestFinished } from 'vitest';
import { startDemoOrigin } from '../src/demo/demo-origin.ts';
import { AccessLog } from '../src/watch/access-log.ts';
import type { ExchangeOutcome } from '../src/relay/exchange-outcome.ts';
import { spanRecorder } from '../src/watch/spans.ts';
import { download } from './download.ts';
import { ownFolder } from './own-folder.ts';
import { startProcess } from './start-process.ts';
import { until } from './until.ts';

const TRACE = '4bf92f3577b34da6a3ce929d0e0e4736';

/** A proxy whose upstream sent one body whole and broke one off. */
async function afterTwoBodies() {
  const demo = await startDemoOrigin();
  onTestFinished(() => demo.close());
  const started = await startProcess({ upstream: demo.url.origin });
  await download(`${started.url}/bytes/1000`);
  await fetch(`${started.url}/break?mode=length&after=100`, {
    headers: { traceparent: `00-${TRACE}-00f067aa0ba902b7-01` },
  })
    .then((response) => response.text())
    .catch(() => {});
  await until(() => started.outcomes.length === 2);
  return started;
}

function unexpected(sentence: string): never {
  throw new Error(sentence);
}

describe('what went through', () => {
  it('is told to Prometheus: exchanges by result and side, bodies, bytes and servers', async () => {
    const { proxy } = await afterTwoBodies();
    const text = await proxy.metrics();
    const lines = text.split('\n');
    for (const line of [
      'millrace_exchanges_total{result="whole",broken_by="",status="200"} 1',
      'millrace_exchanges_total{result="broken",broken_by="upstream",status="200"} 1',
      'millrace_bodies_total{direction="response",outcome="ended"} 1',
      'millrace_bodies_total{direction="response",outcome="failed"} 1',
      'millrace_body_bytes_total{direction="response"} 1100',
      'millrace_open_bodies{direction="response"} 0',
      'millrace_open_exchanges 0',
      'millrace_held_bytes 0',
      'millrace_memory_budget_bytes 268435456',
      'millrace_upstream_answer_seconds_count 2',
      'millrace_exchange_duration_seconds_count{result="whole"} 1',
    ]) {
      expect(lines).toContain(line);
    }
    expect(text).toMatch(/^millrace_upstream_fit\{upstream="default",server="http:\/\/127.0.0.1:\d+"\} 1$/m);
    // Asked again, nothing is counted twice.
    expect(await proxy.metrics()).toContain('millrace_body_bytes_total{direction="response"} 1100\n');
  });

  it('is a line of JSON each in the access log, with the side that broke it and the bytes of each body', async () => {
    const folder = ownFolder();
    const log = await AccessLog.open(join(folder, 'access.log'), unexpected);
    const { outcomes } = await afterTwoBodies();
    for (const outcome of outcomes) log.write(outcome);
    await log.close();
    const lines = (await readFile(join(folder, 'access.log'), 'utf8')).trimEnd().split('\n');
    const [whole, broken] = lines.map((line) => JSON.parse(line) as Record<string, unknown>);
    expect(whole).toMatchObject({
      client: '127.0.0.1',
      method: 'GET',
      target: '/bytes/1000',
      http: '1.1',
      tls: false,
      status: 200,
      result: 'whole',
      responseBody: { outcome: 'ended', written: 1000, delivered: 1000, discarded: 0 },
    });
    expect(whole).not.toHaveProperty('reason');
    expect(broken).toMatchObject({
      result: 'broken',
      brokenBy: 'upstream',
      reason: expect.any(String),
      responseBody: { outcome: 'failed', written: 100 },
      traceId: TRACE,
    });
    expect(new Date(String(whole?.time)).getTime()).toBe(outcomes[0]?.startedAtMs);
  });

  it('is refused a log that cannot be opened', async () => {
    const folder = ownFolder();
    await expect(AccessLog.open(folder, unexpected)).rejects.toMatchObject({
      name: 'ConfigError',
      message: `The access log ${JSON.stringify(folder)} cannot be opened: it is a folder.`,
    });
  });

  // The device that is full.
  it.runIf(existsSync('/dev/full'))(
    'is lost where the disk is full, which is told once, and no more than that',
    async () => {
      const problems: string[] = [];
      const log = await AccessLog.open('/dev/full', (sentence) => problems.push(sentence));
      const { outcomes } = await afterTwoBodies();
      for (let round = 0; round < 3; round += 1) {
        for (const outcome of outcomes) log.write(outcome);
        await until(() => problems.length > 0);
      }
      await log.close();
      expect(problems).toEqual(['The access log "/dev/full" cannot be written to: there is no room left.']);
    },
  );

  it('is a span each where OpenTelemetry is set up, below the one of the client', async () => {
    const spans: { name: string; options: SpanOptions | undefined; parent: string | undefined }[] = [];
    let errors = 0;
    const tracer = {
      startSpan(name: string, options?: SpanOptions, parent = context.active()): Span {
        spans.push({ name, options, parent: trace.getSpanContext(parent)?.traceId });
        const setStatus = (): void => {
          errors += 1;
        };
        return { setStatus, end: () => {} } as unknown as Span;
      },
    } as Tracer;
    trace.setGlobalTracerProvider({ getTracer: () => tracer });
    propagation.setGlobalPropagator({
      fields: () => ['traceparent'],
      inject: () => {},
      extract: (into, carrier, getter) => {
        const [header] = [getter.get(carrier, 'traceparent')].flat();
        const [, traceId = '', spanId = ''] = header?.split('-') ?? [];
        return header === undefined ? into : trace.setSpanContext(into, { traceId, spanId, traceFlags: 1 });
      },
    });
    onTestFinished(() => {
      trace.disable();
      propagation.disable();
    });
    const record = await spanRecorder();
    const { outcomes } = await afterTwoBodies();
    const [whole] = outcomes as [ExchangeOutcome];
    const unread = { ...whole, request: { ...whole.request, method: '' } };
    for (const outcome of [...outcomes, unread]) record?.(outcome);
    expect(spans.map(({ name, parent }) => [name, parent])).toEqual([
      ['GET', undefined],
      ['GET', TRACE],
      ['_OTHER', undefined],
    ]);
    expect(spans[0]?.options?.attributes).toMatchObject({
      'url.path': '/bytes/1000',
      'http.response.status_code': 200,
      'millrace.result': 'whole',
    });
    expect(errors).toBe(1);
  });

  it.each([
    ['Node', { code: 'ERR_MODULE_NOT_FOUND' }],
    ['Plug’n’Play', { code: 'MODULE_NOT_FOUND', pnpCode: 'MISSING_PEER_DEPENDENCY' }],
  ])(
    'is none where %s says that the API is not installed, and no secret where it is broken',
    async (_who, marks) => {
      const failing = (reason: Error) => spanRecorder(() => Promise.reject(reason));
      expect(await failing(Object.assign(new Error('not there'), marks))).toBeUndefined();
      const broken = Object.assign(new Error('broken'), { code: 'MODULE_NOT_FOUND' });
      await expect(failing(broken)).rejects.toBe(broken);
    },
  );
});
