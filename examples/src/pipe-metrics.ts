import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import type { ObservedPipe, PipeMessages } from '@millrace/core';
import type { Meter } from '@opentelemetry/api';

/** Counts what all pipes of the process do, for OpenTelemetry, from now until the answer is called. */
export function measurePipes(meter: Meter): () => void {
  const open = meter.createUpDownCounter('millrace.pipes.open');
  const paused = meter.createUpDownCounter('millrace.pipes.paused');
  const delivered = meter.createCounter('millrace.bytes.delivered', { unit: 'By' });
  const settled = meter.createCounter('millrace.pipes.settled');
  const waiting = new Set<ObservedPipe>();

  const stops = [
    on('millrace:pipe:created', ({ pipe }) => open.add(1, { strategy: pipe.strategy })),
    on('millrace:pipe:paused', ({ pipe }) => {
      waiting.add(pipe);
      paused.add(1, { strategy: pipe.strategy });
    }),
    on('millrace:pipe:resumed', ({ pipe }) => {
      if (waiting.delete(pipe)) paused.add(-1, { strategy: pipe.strategy });
    }),
    on('millrace:pipe:settled', ({ pipe, summary }) => {
      const labels = { strategy: pipe.strategy };
      if (waiting.delete(pipe)) paused.add(-1, labels);
      open.add(-1, labels);
      delivered.add(summary.delivered, labels);
      settled.add(1, { ...labels, outcome: summary.outcome });
    }),
  ];
  return () => stops.forEach((stop) => stop());
}

function on<Name extends keyof PipeMessages>(
  name: Name,
  listener: (message: PipeMessages[Name]) => void,
): () => void {
  const heard = (message: unknown): void => listener(message as PipeMessages[Name]);
  subscribe(name, heard);
  return () => unsubscribe(name, heard);
}
