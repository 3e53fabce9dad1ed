import { PipeError } from '../errors.ts';
import type { PipeSummary } from '../lifecycle.ts';
import type { PipeWriter } from '../pipe-writer.ts';

/**
 * Ends the pipe and waits until its consumer has every byte.
 *
 * @throws Why it has not: the reason it was cancelled or failed with, `ERR_PIPE_LENGTH_MISMATCH` included.
 */
export async function endAndDeliver(writer: PipeWriter): Promise<void> {
  writer.end();
  const { outcome, reason } = await writer.closed;
  if (outcome !== 'ended') throw reason;
}

/** Waits until `writer` may be written to. @throws Why it never may again. */
export async function untilReady(writer: PipeWriter): Promise<void> {
  if (!(await writer.ready())) throw await reasonWritingIsOver(writer);
}

/** Why a pipe takes no more: the reason it was cancelled or failed with, as far as it can be known now. */
async function reasonWritingIsOver({ closed }: PipeWriter): Promise<unknown> {
  // Of two promises that are settled already, `race` answers with the first; an unsettled `closed` loses.
  const summary: PipeSummary | void = await Promise.race([closed, Promise.resolve()]);
  return summary === undefined || summary.outcome === 'ended' ? endedElsewhere() : summary.reason;
}

/** Settles with the reason when the pipe's consumer leaves; at the latest when the pipe is over and done. */
export async function untilGone({ closed }: PipeWriter): Promise<unknown> {
  const { outcome, reason } = await closed;
  return outcome === 'ended' ? endedElsewhere() : reason;
}

function endedElsewhere(): PipeError {
  return new PipeError(
    'ERR_PIPE_CANCELLED',
    'The pipe takes no more bytes: somebody else ended or failed it',
  );
}
