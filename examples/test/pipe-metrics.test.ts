import chunkQueue from '@millrace/chunk-queue';
import { createPipe } from '@millrace/core';
import {
  AggregationTemporality,
  InMemoryMetricExporter,
  MeterProvider,
  PeriodicExportingMetricReader,
} from '@opentelemetry/sdk-metrics';
import { expect, it } from 'vitest';
import { measurePipes } from '../src/pipe-metrics.ts';

it('OpenTelemetry is told how many pipes are open and paused, what they delivered and how they ended', async () => {
  const exporter = new InMemoryMetricExporter(AggregationTemporality.CUMULATIVE);
  const metricReader = new PeriodicExportingMetricReader({ exporter, exportIntervalMillis: 2 ** 30 });
  const provider = new MeterProvider({ readers: [metricReader] });
  const stop = measurePipes(provider.getMeter('test'));

  const whole = createPipe(chunkQueue, { highWaterMark: 4 });
  whole.writer.write(new Uint8Array(5));
  whole.writer.end();
  await whole.reader.read();
  const left = createPipe(chunkQueue, { highWaterMark: 4 });
  left.writer.write(new Uint8Array(5));
  left.reader.cancel();
  const open = createPipe(chunkQueue, { highWaterMark: 4 });
  open.writer.write(new Uint8Array(5));
  stop();
  createPipe(chunkQueue);

  await provider.forceFlush();
  const sums = exporter
    .getMetrics()
    .flatMap(({ scopeMetrics }) => scopeMetrics.flatMap(({ metrics }) => metrics))
    .flatMap(({ descriptor, dataPoints }) =>
      dataPoints.map(({ attributes, value }) => [descriptor.name, attributes['outcome'], value]),
    );
  expect(sums).toEqual([
    ['millrace.pipes.open', undefined, 1],
    ['millrace.pipes.paused', undefined, 1],
    ['millrace.bytes.delivered', undefined, 5],
    ['millrace.pipes.settled', 'ended', 1],
    ['millrace.pipes.settled', 'cancelled', 1],
  ]);
  await provider.shutdown();
});
