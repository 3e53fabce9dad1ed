import { once } from 'node:events';
import net, { type Socket } from 'node:net';
import { BodyCheck } from '../soak/body-check.ts';

/** What all clients read into, one after the other: what one has read is looked at before the next one reads. */
const shared = Buffer.alloc(65_536);

/** A raw client that reads one piece when it is told to, and not otherwise. */
export class SlowClient {
  readonly #socket: Socket;
  readonly #check: BodyCheck;
  /** The head so far; `undefined` once the body has begun. */
  #head: string | undefined = '';
  #mayRead = false;
  #onPiece: (() => void) | undefined;
  #status = 0;

  /** @param bodyBytes The size of the body, which says where it ends. */
  constructor(url: URL, path: string, bodyBytes: number) {
    this.#check = new BodyCheck(bodyBytes);
    this.#socket = net.connect({
      port: Number(url.port),
      host: url.hostname,
      onread: { buffer: shared, callback: (bytes) => this.#take(bytes) },
    });
    this.#socket.on('error', () => {});
    this.#socket.on('close', () => this.#onPiece?.());
    this.#socket.write(`GET ${path} HTTP/1.1\r\nhost: ${url.host}\r\n\r\n`);
    this.#socket.pause();
  }

  get bytes(): number {
    return this.#check.bytes;
  }

  /** Whether all that came is right, and the head was that of a good answer. */
  get isRight(): boolean {
    return this.#check.isRight && (this.#status === 200 || this.#head !== undefined);
  }

  get isWhole(): boolean {
    return this.isRight && this.#check.isWhole;
  }

  get isClosed(): boolean {
    return this.#socket.closed;
  }

  /** Reads one piece, of up to 64 KiB. */
  async readPiece(): Promise<void> {
    if (this.isClosed || this.#check.isWhole) return;
    const read = new Promise<void>((resolve) => {
      this.#onPiece = resolve;
    });
    this.#mayRead = true;
    this.#socket.resume();
    await read;
  }

  async readToEnd(): Promise<void> {
    while (!this.isClosed && !this.#check.isWhole && this.#check.isRight) await this.readPiece();
  }

  async leave(): Promise<void> {
    if (this.isClosed) return;
    const closed = once(this.#socket, 'close');
    this.#socket.resetAndDestroy();
    await closed;
  }

  /** @returns Whether to read on. */
  #take(bytes: number): boolean {
    this.#takeBytes(shared.subarray(0, bytes));
    this.#mayRead = false;
    this.#socket.pause();
    this.#onPiece?.();
    return this.#mayRead;
  }

  #takeBytes(read: Buffer): void {
    if (this.#head === undefined) {
      this.#check.take(read);
      return;
    }
    this.#head += read.toString('latin1');
    const end = this.#head.indexOf('\r\n\r\n');
    if (end < 0) return;
    this.#status = Number(this.#head.split(' ', 2)[1]);
    const body = Buffer.from(this.#head.slice(end + 4), 'latin1');
    this.#head = undefined;
    this.#check.take(body);
  }
}
