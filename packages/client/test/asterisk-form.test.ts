import { Agent } from 'undici';
import chunkQueue from '@millrace/chunk-queue';
import { describe, expect, it } from 'vitest';
import { everyProtocol } from './every-protocol.ts';
import { makeClient } from './make-client.ts';

describe.each(everyProtocol)('a request for the server as a whole, over $name', ({ agent, serve }) => {
  it('is OPTIONS *, more than once, with a body and without [RFC 9112 §3.2.4]', async () => {
    const url = await serve(async (request, response) => {
      let text = '';
      for await (const chunk of request) text += String(chunk);
      response.setHeader('allow', 'GET');
      response.end(`${request.method} ${request.url} ${text}`);
    });
    const client = makeClient({ strategy: chunkQueue, agent });
    const options = { method: 'OPTIONS', path: '*' };
    for (const body of [null, 'hello', null]) {
      const { status, headers, content } = await client.request(url, { ...options, body });
      expect([status, headers['allow'], await content.text()]).toEqual([
        200,
        'GET',
        `OPTIONS * ${body ?? ''}`,
      ]);
    }
    expect(await (await client.request(url, { method: 'OPTIONS' })).content.text()).toBe('OPTIONS / ');
  });
});

describe('a request for the server as a whole', () => {
  it('has no other method', async () => {
    const client = makeClient({ strategy: chunkQueue });
    for (const method of ['GET', 'options', undefined]) {
      const options = { path: '*', ...(method === undefined ? undefined : { method }) };
      await expect(client.request('http://127.0.0.1:1/', options)).rejects.toMatchObject({
        code: 'ERR_PIPE_ARGUMENT',
      });
    }
  });

  it('needs an agent of this package, since undici knows no such path', async () => {
    const client = makeClient({ strategy: chunkQueue, dispatcher: new Agent() });
    const requested = client.request('http://127.0.0.1:1/', { method: 'OPTIONS', path: '*' });
    await expect(requested).rejects.toMatchObject({ code: 'ERR_PIPE_ARGUMENT' });
  });
});

describe.each(everyProtocol)('trailers are said to be welcome, over $name,', ({ name, agent, serve }) => {
  const isHttp2 = name.startsWith('HTTP/2');

  it(`where that can be said [RFC 9110 §10.1.4]`, async () => {
    const url = await serve((request, response) => {
      request.resume().on('end', () => {
        response.end(JSON.stringify([request.headers.te ?? null, request.headers.connection ?? null]));
      });
    });
    const client = makeClient({ strategy: chunkQueue, agent });
    const heard = async (options: object): Promise<unknown> =>
      (await client.request(url, { method: 'POST', ...options })).content.json();
    expect(await heard({})).toEqual([null, isHttp2 ? null : 'keep-alive']);
    expect(await heard({ acceptTrailers: true })).toEqual(
      isHttp2 ? ['trailers', null] : [null, 'keep-alive'],
    );
    const trailers = { body: 'hello', trailers: { 'x-sum': '1' } };
    expect(await heard({ ...trailers, acceptTrailers: true })).toEqual([
      'trailers',
      isHttp2 ? null : 'close, te',
    ]);
    expect(await heard(trailers)).toEqual([null, isHttp2 ? null : 'keep-alive']);
  });
});
