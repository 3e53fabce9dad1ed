import { checkOptionNames, createPipe, optionNames, PipeError, type BufferStrategy } from '@millrace/core';
import type { Dispatcher } from 'undici';
import type { AgentOptions } from './agent.ts';
import { checkPipeNames, type ContentPipeOptions } from './content-pipe-options.ts';
import { checkTimeouts, type Timeouts } from './timeouts.ts';

export interface ClientOptions extends Timeouts {
  /** How response bodies are buffered: the default export of a strategy package. */
  strategy: BufferStrategy;
  /** Marks and limits of the pipe behind every response body. */
  pipe?: ContentPipeOptions;
  /** What the undici `Agent` of this client is made with: pool sizes, TLS, connect timeout, keep-alive. */
  agent?: AgentOptions;
  /**
   * An undici dispatcher to use instead of an agent of the client's own. It stays the caller's, `close()` leaves it
   * open. Use `createAgent` for its connections, or a close-delimited body that a reset cut off looks whole. Every
   * chunk it delivers is copied, since what is composed onto it may keep chunks.
   */
  dispatcher?: Dispatcher;
}

const clientNames = optionNames<ClientOptions>({
  strategy: true,
  pipe: true,
  agent: true,
  dispatcher: true,
  headersTimeoutMs: true,
  bodyTimeoutMs: true,
  readerTimeoutMs: true,
});

/**
 * Checks what can be checked before the first request.
 *
 * @throws PipeError `ERR_PIPE_ARGUMENT` that names the option; `ERR_PIPE_STRATEGY` for what is no strategy.
 */
export function checkClientOptions(options: ClientOptions): void {
  if ((options?.strategy ?? null) === null) {
    throw new PipeError(
      'ERR_PIPE_ARGUMENT',
      'createClient got no strategy; it needs the default export of a buffer strategy package',
    );
  }
  // What is in `agent` is for undici to know.
  checkOptionNames('createClient()', options, clientNames);
  checkPipeNames(options.pipe);
  if (options.dispatcher !== undefined && options.agent !== undefined) {
    throw new PipeError(
      'ERR_PIPE_ARGUMENT',
      'createClient got both agent and dispatcher; agent is for the dispatcher that the client makes itself',
    );
  }
  if (options.agent !== undefined && 'dispatch' in options.agent) {
    throw new PipeError(
      'ERR_PIPE_ARGUMENT',
      'createClient got a dispatcher as agent, which takes the options of one; give it as dispatcher',
      { value: options.agent },
    );
  }
  checkTimeouts(options);
  // No store holds memory before its first byte [S7], so this costs nothing and finds a bad mark at once.
  createPipe(options.strategy, options.pipe);
}
