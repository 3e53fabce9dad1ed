import type { Socket } from 'node:net';

export interface Frame {
  readonly type: number;
  readonly flags: number;
  readonly stream: number;
  readonly payload: Uint8Array;
}

export const frameTypes = {
  data: 0,
  headers: 1,
  reset: 3,
  settings: 4,
  push: 5,
  goaway: 7,
  window: 8,
} as const;
/** Why a stream or a connection is given up. */
export const codes = { noError: 0, protocolError: 1, internalError: 2, refusedStream: 7, cancel: 8 } as const;
export const END_STREAM = 1;
const END_HEADERS = 4;
const MOST_FRAME_BYTES = 16_384;
const ACK = 1;
const FIRST_WINDOW_BYTES = 65_535;
const MOST_WINDOW_BYTES = 2 ** 31 - 1;

export interface RawHttp2Options {
  /** What the socket goes over, where that is TLS. */
  readonly transport?: Socket | undefined;
  /** Whether this side is the client's. */
  readonly isClient?: boolean;
}

/** A connection over HTTP/2, by default a server's. It says what it is told to, frame by frame. */
export class RawHttp2Connection {
  readonly socket: Socket;
  readonly #transport: Socket;
  readonly #received: Frame[] = [];
  readonly #waiting: (() => void)[] = [];
  #unparsed = Buffer.alloc(0);
  /** Of the client, in front of its first frame. */
  #hasPreface = false;

  constructor(socket: Socket, { transport = socket, isClient = false }: RawHttp2Options = {}) {
    this.socket = socket;
    this.#transport = transport;
    if (isClient) {
      socket.write('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n');
      this.#hasPreface = true;
    }
    socket.on('error', () => {}).on('data', (bytes) => this.#parse(bytes));
    this.send(frameTypes.settings, 0, 0);
  }

  /** The frames of streams that the other side has sent, and its `GOAWAY`. */
  get received(): readonly Frame[] {
    return this.#received;
  }

  /** Settles when the other side has sent `count` frames of this type, with the last of them. */
  async next(type: number, count = 1): Promise<Frame> {
    for (;;) {
      const frame = this.#received.filter((candidate) => candidate.type === type)[count - 1];
      if (frame !== undefined) return frame;
      await new Promise<void>((resolve) => this.#waiting.push(resolve));
    }
  }

  send(type: number, flags: number, stream: number, payload: Uint8Array = new Uint8Array()): void {
    const head = Buffer.alloc(9);
    head.writeUIntBE(payload.length, 0, 3);
    head[3] = type;
    head[4] = flags;
    head.writeUInt32BE(stream, 5);
    this.socket.write(Buffer.concat([head, payload]));
  }

  /** `:status: 200`, as HPACK has it in its table, and a `content-length`, whose name is there as well. */
  sendHeaders(stream: number, flags = 0, length?: number): void {
    const value = Buffer.from(String(length));
    const declared = length === undefined ? [] : [0x0f, 0x0d, value.length, ...value];
    this.send(frameTypes.headers, END_HEADERS | flags, stream, Uint8Array.of(0x88, ...declared));
  }

  /** Without HPACK's table, and the last frame of the stream. */
  sendTrailers(stream: number, name: string, value: string): void {
    const payload = Buffer.concat([
      Uint8Array.of(0, name.length),
      Buffer.from(name),
      Uint8Array.of(value.length),
      Buffer.from(value),
    ]);
    this.send(frameTypes.headers, END_HEADERS | END_STREAM, stream, payload);
  }

  /** In as many frames as it takes, of the length that a receiver allows unless it says otherwise. @param flags Of the last one. */
  sendData(stream: number, text: string, flags = 0): void {
    const bytes = Buffer.from(text);
    let at = 0;
    for (; bytes.length - at > MOST_FRAME_BYTES; at += MOST_FRAME_BYTES) {
      this.send(frameTypes.data, 0, stream, bytes.subarray(at, at + MOST_FRAME_BYTES));
    }
    this.send(frameTypes.data, flags, stream, bytes.subarray(at));
  }

  sendReset(stream: number, code: number): void {
    this.send(frameTypes.reset, 0, stream, uint32(code));
  }

  sendGoaway(lastStream: number, code: number): void {
    this.send(frameTypes.goaway, 0, 0, Buffer.concat([uint32(lastStream), uint32(code)]));
  }

  /** Lets the other side send as much as it likes on all streams together; each keeps its own window. */
  openWindow(): void {
    this.send(frameTypes.window, 0, 0, uint32(MOST_WINDOW_BYTES - FIRST_WINDOW_BYTES));
  }

  /** Behind what was sent, as a host that fails. */
  resetConnection(): void {
    this.socket.write('', () => this.#transport.resetAndDestroy());
  }

  #parse(bytes: Buffer): void {
    this.#unparsed = Buffer.concat([this.#unparsed, bytes]);
    if (!this.#hasPreface) {
      if (this.#unparsed.length < 24) return;
      this.#unparsed = this.#unparsed.subarray(24);
      this.#hasPreface = true;
    }
    while (this.#unparsed.length >= 9) {
      const length = this.#unparsed.readUIntBE(0, 3);
      if (this.#unparsed.length < 9 + length) return;
      const { 3: type = 0, 4: flags = 0 } = this.#unparsed;
      const stream = this.#unparsed.readUInt32BE(5);
      const payload = Uint8Array.from(this.#unparsed.subarray(9, 9 + length));
      this.#unparsed = this.#unparsed.subarray(9 + length);
      if (type === frameTypes.settings && flags !== ACK) this.send(frameTypes.settings, ACK, 0);
      if (stream > 0 || type === frameTypes.goaway) this.#received.push({ type, flags, stream, payload });
      for (const wake of this.#waiting.splice(0)) wake();
    }
  }
}

function uint32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value);
  return bytes;
}
