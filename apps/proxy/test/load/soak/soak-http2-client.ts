import { once } from 'node:events';
import http2, { constants, type ClientHttp2Session } from 'node:http2';
import { pathOf, type Plan } from './plan.ts';
import { read, send, withoutAnswer, type Progress, type Seen } from './soak-client.ts';

/** A client that keeps a session of HTTP/2 for one exchange after the other. */
export class SoakHttp2Client {
  #session: ClientHttp2Session | undefined;

  async exchange(url: string, plan: Plan, progress: Progress): Promise<Seen> {
    const session = await this.#ready(url);
    const isUpload = plan.direction === 'upload';
    const request = session.request(
      {
        ':method': isUpload ? 'PUT' : 'GET',
        ':path': pathOf(plan),
        ...(isUpload && plan.framing === 'length' ? { 'content-length': plan.size } : undefined),
      },
      { endStream: !isUpload },
    );
    let hasLeft = false;
    const leave = (): void => {
      hasLeft = true;
      // `close` would end an upload in front of its reset.
      if (isUpload || plan.break?.isReset === true) request.destroy(new Error('The client has left'));
      else request.close(constants.NGHTTP2_CANCEL);
    };
    let why = '';
    request.on('error', ({ message }: Error) => {
      why = message;
    });
    const closed = new Promise((resolve) => request.on('close', resolve));
    const answered = new Promise<number | undefined>((resolve) => {
      request.on('response', ({ ':status': status }) => resolve(status));
      request.on('close', () => resolve(undefined));
    });
    if (isUpload) void send(request, plan, leave, progress);
    const status = await answered;
    if (status === undefined) return withoutAnswer(hasLeft, why);
    // An upload may be answered in front of its last frame, which is none of those that count.
    const isWhole = (): boolean =>
      request.readableEnded && (isUpload || !request.aborted) && request.rstCode === 0;
    const seen = await read(request, status, isWhole, plan, leave, progress);
    await closed;
    return hasLeft
      ? { ...seen, end: 'left' }
      : seen.end === 'whole' && !isWhole()
        ? { ...seen, end: 'broken' }
        : seen;
  }

  close(): void {
    this.#session?.close();
  }

  /** A session that has not been told to go, by all that the proxy had sent until now. */
  async #ready(url: string): Promise<ClientHttp2Session> {
    for (;;) {
      const session = (this.#session ??= await connected(url));
      if (await answersPing(session)) return session;
      session.close();
      this.#session = undefined;
    }
  }
}

async function connected(url: string): Promise<ClientHttp2Session> {
  const session = http2.connect(url, { rejectUnauthorized: false });
  await once(session, 'connect');
  return session.on('error', () => {});
}

/** Whether it is still there when the proxy has answered. */
function answersPing(session: ClientHttp2Session): Promise<boolean> {
  return new Promise((resolve) => {
    if (session.closed || session.destroyed) resolve(false);
    else session.ping((error) => resolve(error === null && !session.closed && !session.destroyed));
  });
}
