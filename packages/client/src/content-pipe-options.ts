import { checkOptionNames, optionNames, type PipeOptions } from '@millrace/core';

/** Marks and limits of the pipes that carry bodies; what is not here, the client knows itself. */
export type ContentPipeOptions = Omit<PipeOptions, 'expectedBytes' | 'source' | 'signal'>;

const names = optionNames<ContentPipeOptions>({
  highWaterMark: true,
  lowWaterMark: true,
  maxBuffered: true,
  maxBytes: true,
  poison: true,
});

/** @throws PipeError `ERR_PIPE_ARGUMENT` that names the option. */
export function checkPipeNames(pipe: ContentPipeOptions | undefined): void {
  if (pipe !== undefined) checkOptionNames('pipe', pipe, names);
}
