/**
 * Told when the sender of a body is paused, because whoever reads it is slower (`true`), and when it may go on or the
 * body is over (`false`): in turns, beginning with `true`. What it throws fails the request.
 */
export type PauseHandler = (isPaused: boolean) => void | Promise<void>;
