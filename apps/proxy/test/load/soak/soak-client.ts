import http from 'node:http';
import { turn } from '../../until.ts';
import { BodyCheck, demoPrefix } from './body-check.ts';
import { pathOf, type Plan } from './plan.ts';
import { flushed, write, type Sink } from './soak-origin.ts';

/** What the client saw of an exchange. */
export interface Seen {
  /** `left`: it broke off itself, as planned. `unanswered`: there was no head of an answer. */
  readonly end: 'whole' | 'broken' | 'left' | 'unanswered';
  readonly status: number | undefined;
  /** Bytes of the answer's body. */
  readonly bytes: number;
  /** Whether they are the ones that were sent, as far as they came. */
  readonly isRight: boolean;
  /** What the answer to an upload says. */
  readonly text: string;
  /** What the client's own HTTP says of it. */
  readonly why?: string | undefined;
}

/** How far an exchange has come, in bytes either way. */
export interface Progress {
  bytes: number;
}

/** What is seen where no head of an answer came. */
export function withoutAnswer(hasLeft: boolean, why?: string): Seen {
  return { end: hasLeft ? 'left' : 'unanswered', status: undefined, bytes: 0, isRight: true, text: '', why };
}

/** One exchange over HTTP/1.1. */
export function exchange(url: string, plan: Plan, agent: http.Agent, progress: Progress): Promise<Seen> {
  return new Promise((resolve) => {
    let hasLeft = false;
    let isAnswered = false;
    const leave = (): void => {
      hasLeft = true;
      if (plan.break?.isReset === true) request.socket?.resetAndDestroy();
      request.destroy();
    };
    const request = http.request(url + pathOf(plan), {
      method: plan.direction === 'download' ? 'GET' : 'PUT',
      agent,
      headers:
        plan.direction === 'upload' && plan.framing === 'length' ? { 'content-length': plan.size } : {},
    });
    request.on('response', (response) => {
      isAnswered = true;
      const isWhole = (): boolean => response.complete;
      void read(response, response.statusCode ?? 0, isWhole, plan, leave, progress).then((seen) =>
        resolve(hasLeft ? { ...seen, end: 'left' } : seen),
      );
    });
    let why = '';
    request.on('error', ({ message }) => {
      why = request.reusedSocket ? `${message}, on a connection that was kept` : message;
    });
    request.on('close', () => {
      if (isAnswered) return;
      resolve(withoutAnswer(hasLeft, why));
    });
    if (plan.direction === 'upload') void send(request, plan, leave, progress);
    else request.end();
  });
}

/** Sends the body of an upload, or the part of it in front of a break. */
export async function send(request: Sink, plan: Plan, leave: () => void, progress: Progress): Promise<void> {
  for (const piece of demoPrefix(plan.size, plan.break?.afterBytes ?? plan.size)) {
    if (!(await write(request, piece))) return;
    progress.bytes += piece.length;
    for (let turns = plan.slowTurns; turns > 0; turns -= 1) await turn();
  }
  if (plan.break === undefined) request.end();
  else if (await flushed(request)) leave();
}

/** Reads the answer to its end. @param isWhole Whether that is one, once it is there. */
export async function read(
  body: AsyncIterable<Uint8Array>,
  status: number,
  isWhole: () => boolean,
  plan: Plan,
  leave: () => void,
  progress: Progress,
): Promise<Seen> {
  const isDownload = plan.direction === 'download' && status === 200;
  const check = new BodyCheck(plan.size);
  const leaveAfter = isDownload && plan.break?.by === 'client' ? plan.break.afterBytes : Infinity;
  let text = '';
  const seen = (end: Seen['end']): Seen => ({
    end,
    status,
    bytes: check.bytes,
    isRight: !isDownload || check.isRight,
    text,
  });
  try {
    for await (const chunk of body) {
      progress.bytes += chunk.length;
      if (isDownload) check.take(chunk);
      else text += String(chunk);
      if (check.bytes >= leaveAfter) leave();
      for (let turns = plan.slowTurns; turns > 0; turns -= 1) await turn();
    }
  } catch {
    return seen('broken');
  }
  return seen(isWhole() ? 'whole' : 'broken');
}
