import { describe, expect, it } from 'vitest';
import { everyStrategy } from './every-strategy.ts';
import { makeClient } from './make-client.ts';
import { rawServer } from './raw-server.ts';
import { socketClosed } from './socket-closed.ts';

const longBody = `HTTP/1.1 200 OK\r\ncontent-length: 1000000\r\n\r\n${'x'.repeat(1000)}`;

describe.each(everyStrategy)('a signal, with $name', (strategy) => {
  it.each([
    ['an error', new Error('stop')],
    ['a falsy reason', 0],
    ['null', null],
  ])('that fired before the request rejects it with %s, and nothing is sent', async (_, reason) => {
    const server = await rawServer(longBody);
    const client = makeClient({ strategy });
    expect(await reasonOf(client.request(server.url, { signal: AbortSignal.abort(reason) }))).toBe(reason);
    // The next request is the first that the server sees.
    await client.request(server.url, { path: '/second' });
    expect((await server.next()).received()).toMatch(/^GET \/second /);
  });

  it('that fires while the request waits rejects it with its reason and closes the connection', async () => {
    const server = await rawServer();
    const controller = new AbortController();
    const requested = makeClient({ strategy }).request(server.url, { signal: controller.signal });
    const connection = await server.next();
    controller.abort('a reason');
    expect(await reasonOf(requested)).toBe('a reason');
    await socketClosed(connection.socket);
  });

  it('that fires while the connection is made rejects the request, which is never sent', async () => {
    const server = await rawServer(longBody);
    const client = makeClient({ strategy, agent: { connections: 1 } });
    const controller = new AbortController();
    const requested = client.request(server.url, { signal: controller.signal });
    controller.abort('a reason');
    expect(await reasonOf(requested)).toBe('a reason');
    await client.request(server.url, { path: '/second' });
    expect((await server.next()).received()).toMatch(/^GET \/second /);
  });

  it('that fires mid-body fails a waiting read with its reason and closes the connection [P13]', async () => {
    const server = await rawServer(longBody);
    const controller = new AbortController();
    const { content } = await makeClient({ strategy }).request(server.url, { signal: controller.signal });
    const connection = await server.next();
    const reading = content.read();
    controller.abort(0);
    expect(await reasonOf(reading)).toBe(0);
    expect(await reasonOf(content.text())).toBe(0);
    expect(content.complete).toBe(false);
    expect(await content.closed).toMatchObject({ outcome: 'cancelled', reason: 0 });
    await socketClosed(connection.socket);
  });

  it('that fires after the last byte was read changes nothing [P4]', async () => {
    const { url } = await rawServer('HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nhi');
    const controller = new AbortController();
    const { content } = await makeClient({ strategy }).request(url, { signal: controller.signal });
    expect(await content.text()).toBe('hi');
    controller.abort();
    expect(await content.text()).toBe('');
    expect(await content.closed).toMatchObject({ outcome: 'ended' });
  });

  it('is left alone by requests that are over [P17]', async () => {
    const { url } = await rawServer('HTTP/1.1 200 OK\r\nconnection: close\r\ncontent-length: 2\r\n\r\nhi');
    const signal = new ListenedSignal();
    const client = makeClient({ strategy });
    for (let request = 0; request < 3; request++)
      await (await client.request(url, { signal })).content.text();
    await client.request('http://127.0.0.1:1/', { signal }).catch(() => {});
    expect(signal.total).toBeGreaterThanOrEqual(4);
    expect(signal.listeners.size).toBe(0);
  });
});

describe.each(everyStrategy)('a reader that leaves, with $name', (strategy) => {
  it.each(['break', 'cancel'])('aborts the request at once (%s) [P13]', async (how) => {
    const server = await rawServer(longBody);
    const { content } = await makeClient({ strategy }).request(server.url);
    const connection = await server.next();
    if (how === 'cancel') content.cancel();
    else for await (const _ of content.stream()) break;
    await socketClosed(connection.socket);
    expect(content.complete).toBe(false);
    expect(await content.closed).toMatchObject({ outcome: 'cancelled' });
  });
});

/** An `AbortSignal` that knows who listens to it. */
class ListenedSignal extends EventTarget implements AbortSignal {
  readonly aborted = false;
  readonly reason = undefined;
  onabort = null;
  readonly listeners = new Set<EventListenerOrEventListenerObject | null>();
  /** How many have ever listened. */
  total = 0;
  throwIfAborted(): void {}
  override addEventListener(type: string, listener: EventListenerOrEventListenerObject | null): void {
    this.total++;
    this.listeners.add(listener);
    super.addEventListener(type, listener);
  }
  override removeEventListener(type: string, listener: EventListenerOrEventListenerObject | null): void {
    this.listeners.delete(listener);
    super.removeEventListener(type, listener);
  }
}

async function reasonOf(promise: Promise<unknown>): Promise<unknown> {
  return promise.then(
    () => 'no rejection',
    (reason: unknown) => reason,
  );
}
