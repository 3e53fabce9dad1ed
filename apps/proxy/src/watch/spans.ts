import type { Span, TextMapGetter } from '@opentelemetry/api';
import { messageOf } from '../message-of.ts';
import type { ExchangeOutcome } from '../relay/exchange-outcome.ts';
import { valuesOf } from '../policy/header-lines.ts';

type Api = typeof import('@opentelemetry/api');

/** Told of each exchange that is over. */
export type SpanRecorder = (outcome: ExchangeOutcome) => void;

/**
 * A span for each exchange, a child of the one that the client's `traceparent` names, where OpenTelemetry's API is
 * installed; nothing where it is not. What becomes of the spans is the business of the SDK that was set up, as with
 * `node --import ./tracing.mjs`.
 */
export async function spanRecorder(
  importApi: () => Promise<Api> = () => import('@opentelemetry/api'),
): Promise<SpanRecorder | undefined> {
  try {
    return recorderOver(await importApi());
  } catch (reason) {
    if (saysNotInstalled(reason)) return undefined;
    throw reason;
  }
}

/** Node's loader says so in its way, and Yarn's Plug'n'Play, which stands in for it, in another. */
function saysNotInstalled(reason: unknown): boolean {
  const { code, pnpCode } = reason as { code?: unknown; pnpCode?: unknown };
  return code === 'ERR_MODULE_NOT_FOUND' || pnpCode === 'MISSING_PEER_DEPENDENCY';
}

function recorderOver({ propagation, trace, ROOT_CONTEXT, SpanKind, SpanStatusCode }: Api): SpanRecorder {
  const tracer = trace.getTracer('@millrace/proxy');
  return (outcome) => {
    const { request, status, startedAtMs, durationMs, result, reason, upstream } = outcome;
    const parent = propagation.extract(ROOT_CONTEXT, request.rawHeaders, rawHeadersGetter);
    // What OpenTelemetry calls a request whose head could not be read.
    const method = request.method === '' ? '_OTHER' : request.method;
    const span: Span = tracer.startSpan(
      method,
      {
        kind: SpanKind.SERVER,
        startTime: startedAtMs,
        attributes: {
          'http.request.method': method,
          'url.path': request.target.split('?', 1)[0] ?? '/',
          'url.scheme': request.isEncrypted ? 'https' : 'http',
          'network.protocol.version': request.httpVersion,
          'millrace.result': result,
          ...(status === undefined ? undefined : { 'http.response.status_code': status }),
          ...(upstream === undefined ? undefined : { 'millrace.upstream': upstream }),
          ...(outcome.brokenBy === undefined ? undefined : { 'millrace.broken_by': outcome.brokenBy }),
        },
      },
      parent,
    );
    if (outcome.brokenBy === 'upstream' || outcome.brokenBy === 'proxy') {
      const message = messageOf(reason);
      span.setStatus({ code: SpanStatusCode.ERROR, message });
    }
    span.end(startedAtMs + durationMs);
  };
}

const rawHeadersGetter: TextMapGetter<readonly string[]> = {
  get: (rawHeaders, name) => valuesOf(rawHeaders, name.toLowerCase()),
  keys: (rawHeaders) => rawHeaders.filter((_, at) => at % 2 === 0).map((name) => name.toLowerCase()),
};
