import { byteCount } from '../byte-count.ts';
import type { OracleLimits } from '../oracle.ts';
import { refusedReads, refusedWrites } from './refused-calls.ts';

/**
 * One operation of an actor. An actor waits for its last call before it goes on, as `await` does, unless the
 * next operation is eager (`&`): that is how two calls come to wait at once.
 *
 * Producer: `w3` write 3 bytes, `W3` writeCopy, `d` wait for ready(), `e` end, `f` fail (`f1`–`f4`: with
 * undefined, null, 0, ''), `B0`, `B1`, … a write that has to be refused.
 * Consumer: `n` next of values() (`n1`: of the reader itself, `n2`: of values({ preventCancel })), `v` of views(), `r`
 * read (`r3`: at least 3), `m3` read at most 3, `M3` read exactly 3, `s` tryRead (`s3`: at most 3), `i3` readInto 3 bytes,
 * `I3` fill 3 bytes, `k` peek (`k3`: at least 3), `K` tryPeek, `u2` consume 2, `a` read with a signal (`a1`: peek, `a2`:
 * readInto), `A` fire it, `b0`, `b1`, … a read that has to be refused, `x` cancel with a reason (`x1`–`x3`: null, 0, ''), `o` cancel without, `q`
 * return of the iterator (`q1`, `q2`: of those, `q3`: of views()), `Q` throw on it, `y` dispose of the reader, `g` fire
 * the pipe's own signal.
 * Both: `z` nothing. In a hook: any of them, or `!` to throw.
 */
export interface Operation {
  readonly code: string;
  readonly count: number | undefined;
  readonly isEager: boolean;
}

/** Marks, limits and hooks of the pipe a script runs on; bytes. */
export interface ScriptOptions {
  readonly high: number;
  readonly low?: number;
  readonly maxBuffered?: number;
  readonly expected?: number;
  readonly maxBytes?: number;
  /** `fired`: before the pipe is made. */
  readonly signal?: 'live' | 'fired';
  /** What a hook does the first time it is called. */
  readonly hooks?: Readonly<Partial<Record<HookName, Operation>>>;
}

export type HookName = 'pause' | 'resume' | 'cancel';

/** What both sides do, each in its own order. How the orders interleave is the schedule's word. */
export interface PipeScript {
  readonly options: ScriptOptions;
  readonly producer: readonly Operation[];
  readonly consumer: readonly Operation[];
}

/** The limits of a script, every default filled in. */
export function limitsOf({
  high,
  low = high >> 1,
  maxBuffered = 4 * high,
  expected,
  maxBytes,
}: ScriptOptions): OracleLimits {
  return { high, low, maxBuffered, expected, maxBytes };
}

const PRODUCER_CODES = 'wWdefB';
const CONSUMER_CODES = 'nvrmMsiIkKuabAxoqQyg';
/** Operations that never wait for an earlier call: leaving, firing a signal, and everything synchronous. */
const ALWAYS_EAGER = 'AxoqQyg';

/** Far more than a script needs: every byte of a body names its offset by its value. */
const MOST_BYTES = 65_535;
/** Where the number says which way it is done. */
const variants: Readonly<Record<string, number>> = {
  f: 4,
  x: 3,
  n: 2,
  q: 3,
  a: 2,
  b: refusedReads.length - 1,
  B: refusedWrites.length - 1,
};

export function isProducerOperation({ code }: Operation): boolean {
  return PRODUCER_CODES.includes(code);
}

export function parseOperation(text: string): Operation {
  const [, eager, code = '', digits = ''] = /^(&?)([A-Za-z!])(\d*)$/.exec(text) ?? [];
  if (code === '' || !`${PRODUCER_CODES}${CONSUMER_CODES}!z`.includes(code)) {
    throw new SyntaxError(`${JSON.stringify(text)} is no operation of a pipe script`);
  }
  const count = digits === '' ? undefined : Number(digits);
  const most = variants[code] ?? MOST_BYTES;
  if (count !== undefined && count > most)
    throw new SyntaxError(
      `${JSON.stringify(text)} is no operation of a pipe script: ${code} goes up to ${most}`,
    );
  return { code, count, isEager: eager === '&' || ALWAYS_EAGER.includes(code) };
}

export function parseOperations(text: string): readonly Operation[] {
  return text === '' ? [] : text.split('.').map(parseOperation);
}

export function formatOperation({ code, count, isEager }: Operation): string {
  const mark = isEager && !ALWAYS_EAGER.includes(code) ? '&' : '';
  return `${mark}${code}${count ?? ''}`;
}

const optionLetters = { h: 'high', l: 'low', b: 'maxBuffered', x: 'expected', m: 'maxBytes' } as const;

function formatOptions(options: ScriptOptions): string {
  const figures = Object.entries(optionLetters).map(([letter, name]) => {
    const figure = options[name];
    return figure === undefined ? '' : `${letter}${figure}`;
  });
  const hooks = Object.entries(options.hooks ?? {}).map(
    ([hook, action]) => `@${hook}=${formatOperation(action)}`,
  );
  return [...figures, { live: 's', fired: 'S', none: '' }[options.signal ?? 'none'], ...hooks].join('');
}

function parseOptions(text: string): ScriptOptions {
  const [figures = '', ...hooks] = text.split('@');
  if (!/^([hlbxm]\d+)+[sS]?$/.test(figures))
    throw new SyntaxError(`${JSON.stringify(figures)} is no list of marks and limits`);
  const found: Partial<Record<(typeof optionLetters)[keyof typeof optionLetters], number>> = {};
  for (const [, letter = '', digits] of figures.matchAll(/([hlbxm])(\d+)/g)) {
    found[optionLetters[letter as keyof typeof optionLetters]] = Number(digits);
  }
  const actions = hooks.map((hook) => {
    const [, name = '', action = ''] = /^(pause|resume|cancel)=(.*)$/.exec(hook) ?? [];
    if (name === '') throw new SyntaxError(`${JSON.stringify(hook)} is no hook`);
    return [name, parseOperation(action)] as const;
  });
  const { high, ...limits } = found;
  if (high === undefined) throw new SyntaxError(`${JSON.stringify(text)} names no high mark`);
  if (limits.low !== undefined && limits.low >= high && high > 0)
    throw new SyntaxError(`${JSON.stringify(text)} has a low mark that is not below the high one`);
  return {
    high,
    ...limits,
    ...(figures.includes('s') && { signal: 'live' }),
    ...(figures.includes('S') && { signal: 'fired' }),
    ...(actions.length > 0 && { hooks: Object.fromEntries(actions) }),
  };
}

/** `h4/w1.w2.e/n.n`: a high mark of 4; write 1, write 2, end; next, next. */
export function formatPipeScript({ options, producer, consumer }: PipeScript): string {
  const list = (operations: readonly Operation[]): string => operations.map(formatOperation).join('.');
  return `${formatOptions(options)}/${list(producer)}/${list(consumer)}`;
}

/** @throws SyntaxError when `text` is no script. */
export function parsePipeScript(text: string): PipeScript {
  const [options, producer, consumer, more] = text.split('/');
  if (options === undefined || producer === undefined || consumer === undefined || more !== undefined) {
    throw new SyntaxError(`${JSON.stringify(text)} is no pipe script`);
  }
  return {
    options: parseOptions(options),
    producer: parseOperations(producer),
    consumer: parseOperations(consumer),
  };
}

const failReasons: readonly unknown[] = [new Error('the producer failed'), undefined, null, 0, ''];

/** What `f`, `f1`, … fail with: an error, and everything falsy. */
export function failReason(operation: Operation): unknown {
  return failReasons[operation.count ?? 0];
}

const names: Readonly<Record<string, (count: string) => string>> = {
  w: (count) => `write(${byteCount(count)})`,
  W: (count) => `writeCopy(${byteCount(count)})`,
  B: (count) => refusedWrites[Number(count)]?.text ?? '',
  d: () => 'await ready()',
  e: () => 'end()',
  f: (count) => `fail(${['an error', 'undefined', 'null', '0', "''"][Number(count)] ?? 'an error'})`,
  n: (count) => `next()${['', ' of the reader', ' of values({ preventCancel })'][Number(count)] ?? ''}`,
  v: () => 'next() of views()',
  r: (count) => `read(${count === '' ? '' : `{ min: ${count} }`})`,
  m: (count) => `read({ max: ${count} })`,
  M: (count) => `read({ min: ${count}, max: ${count} })`,
  s: (count) => `tryRead(${count})`,
  i: (count) => `readInto(${byteCount(count)})`,
  I: (count) => `readInto(${byteCount(count)}, { min: ${count} })`,
  k: (count) => `peek(${count})`,
  K: (count) => `tryPeek(${count})`,
  u: (count) => `consume(${count})`,
  a: (count) =>
    ['read({ signal })', 'peek({ signal })', 'readInto(2 bytes, { signal })'][Number(count)] ?? '',
  b: (count) => refusedReads[Number(count)]?.text ?? '',
  A: () => 'the signal fires',
  x: (count) => `cancel(${['a reason', 'null', '0', "''"][Number(count)] ?? ''})`,
  o: () => 'cancel()',
  q: (count) =>
    `return() of ${['the iterator', 'that of the reader', 'that of values({ preventCancel })', 'that of views()'][Number(count)] ?? ''}`,
  Q: () => 'throw() of the iterator',
  y: () => 'dispose of the reader',
  g: () => 'the pipe’s signal fires',
  z: () => 'nothing',
  '!': () => 'throw out of the hook',
};

/** How the making of a pipe reads in a timeline: its limits, and what its hooks will do. */
export function describeOptions(options: ScriptOptions): string {
  const { high, low, maxBuffered, expected, maxBytes } = limitsOf(options);
  const hooks = Object.entries(options.hooks ?? {}).map(
    ([hook, action]) => `in ${hook}: ${describeOperation(action)}`,
  );
  const parts = [
    `highWaterMark: ${high}`,
    `lowWaterMark: ${low}`,
    `maxBuffered: ${maxBuffered}`,
    ...(expected === undefined ? [] : [`expectedBytes: ${expected}`]),
    ...(maxBytes === undefined ? [] : [`maxBytes: ${maxBytes}`]),
    ...(options.signal === undefined
      ? []
      : [options.signal === 'live' ? 'signal' : 'signal: one that has fired']),
    ...hooks,
  ];
  return `createPipe({ ${parts.join(', ')} })`;
}

/** How an operation reads in a timeline. */
export function describeOperation({ code, count }: Operation): string {
  return names[code]?.(count === undefined ? '' : String(count)) ?? code;
}
