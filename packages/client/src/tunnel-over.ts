import type { Duplex } from 'node:stream';
import { checkOptionNames, optionNames, PipeError, type BufferStrategy } from '@millrace/core';
import type { PauseHandler } from './pause-handler.ts';
import { checkPipeNames, type ContentPipeOptions } from './content-pipe-options.ts';
import { Tunnel } from './tunnel.ts';

export interface TunnelOverOptions {
  /** What both directions are buffered in. */
  strategy: BufferStrategy;
  /** Marks and limits of both pipes. */
  pipe?: ContentPipeOptions;
  /** Told when the other end is paused because it is read more slowly than it sends, and when not any more. */
  onPaused?: PauseHandler;
}

const names = optionNames<TunnelOverOptions>({ strategy: true, pipe: true, onPaused: true });

/**
 * A tunnel over a connection that you have made yourself, or accepted: the same pipes, ends and resets as those of
 * `upgrade` and `connect`. The connection is the tunnel's from then on; nobody else may read it.
 *
 * @throws PipeError `ERR_PIPE_ARGUMENT` for what is no connection, and for marks and limits that can never work.
 */
export function tunnelOver(connection: Duplex, options: TunnelOverOptions): Tunnel {
  checkOptionNames('tunnelOver()', options, names);
  checkPipeNames(options.pipe);
  if (typeof (connection as Duplex | null | undefined)?.write !== 'function') {
    throw new PipeError('ERR_PIPE_ARGUMENT', 'the connection of tunnelOver() is no Duplex', {
      value: connection,
    });
  }
  const { strategy, pipe = {}, onPaused } = options;
  const tell = async (isPaused: boolean): Promise<void> => {
    try {
      await onPaused?.(isPaused);
    } catch (reason) {
      tunnel.destroy(reason);
    }
  };
  const tunnel = new Tunnel(connection, {
    strategy,
    pipe,
    // Whoever made the connection may read into memory that it uses again.
    movesChunks: false,
    onPaused: (isPaused) => void tell(isPaused),
  });
  return tunnel;
}
