import { MagicString } from 'magic-string';
import { parseSync, Visitor } from 'oxc-parser';
import type { Directive, Statement } from 'oxc-parser';

/**
 * What a change of timing looks like in a source file. Ordinary mutation testing changes what a statement does;
 * these change when it does it.
 *
 * - `later`: a call is made one microtask later than it was written, so a check is split from what it guards.
 * - `swap`: two neighbours change places: a clear moves past a hand-over, a wake before the change it tells of.
 * - `await`: an async function waits one more microtask before a statement.
 */
export type TimingKind = 'later' | 'swap' | 'await';

export interface TimingMutant {
  readonly kind: TimingKind;
  /** First line of what was changed, from 1. */
  readonly line: number;
  /** The statement as it was written, on one line: with the file and the kind it names the mutant across edits. */
  readonly statement: string;
  readonly mutated: string;
}

type Item = Statement | Directive;

/** Every mutant of one source text, in the order of the text. */
export function timingMutants(source: string, file: string): TimingMutant[] {
  const { program, errors } = parseSync(file, source);
  if (errors.length > 0) throw new Error(`${file} does not parse: ${errors[0]?.message}`);
  const found: TimingMutant[] = [];
  const add = (kind: TimingKind, at: Item, change: (text: MagicString) => void): void => {
    const text = new MagicString(source);
    change(text);
    const line = source.slice(0, at.start).split('\n').length;
    const statement = source.slice(at.start, at.end).replaceAll(/\s+/g, ' ');
    found.push({ kind, line, statement, mutated: text.toString() });
  };
  // Two plain assignments may change places unseen: nothing runs between them. The formatter writes `if (`, with a space.
  const hasCall = ({ start, end }: Item): boolean => /[\w\])]\(/.test(source.slice(start, end));
  // Invariants are checked by the tests of a store, not by the suite.
  let depthOfInvariants = 0;
  const isInvariants = ({ key }: { readonly key: { readonly type: string } }): boolean =>
    key.type === 'Identifier' && (key as { readonly name?: string }).name === 'checkInvariants';
  const functions: boolean[] = [];
  const enter = ({ async }: { readonly async: boolean }): void => void functions.push(async);
  const leave = (): void => void functions.pop();
  const visitList = (body: readonly Item[]): void => {
    if (depthOfInvariants > 0) return;
    const isAsync = functions.at(-1) === true;
    for (const [index, item] of body.entries()) {
      if (isAsync) add('await', item, (text) => text.appendLeft(item.start, 'await null; '));
      if (isCall(item)) add('later', item, (text) => delay(text, item));
      const next = body[index + 1];
      if (next !== undefined && mayMove(item) && mayMove(next) && [item, next].some(hasCall)) {
        add('swap', item, (text) => {
          text.overwrite(item.start, item.end, source.slice(next.start, next.end));
          text.overwrite(next.start, next.end, source.slice(item.start, item.end));
        });
      }
    }
  };
  const visitArm = (arm: Statement | null): void => {
    if (depthOfInvariants === 0 && arm !== null && isCall(arm)) add('later', arm, (text) => delay(text, arm));
  };
  new Visitor({
    FunctionDeclaration: enter,
    'FunctionDeclaration:exit': leave,
    FunctionExpression: enter,
    'FunctionExpression:exit': leave,
    ArrowFunctionExpression: enter,
    'ArrowFunctionExpression:exit': leave,
    MethodDefinition: (method) => {
      if (isInvariants(method)) depthOfInvariants += 1;
    },
    'MethodDefinition:exit': (method) => {
      if (isInvariants(method)) depthOfInvariants -= 1;
    },
    BlockStatement: ({ body }) => visitList(body),
    SwitchCase: ({ consequent }) => visitList(consequent),
    IfStatement: ({ consequent, alternate }) => {
      visitArm(consequent);
      visitArm(alternate);
    },
    WhileStatement: ({ body }) => visitArm(body),
    ForStatement: ({ body }) => visitArm(body),
    ForOfStatement: ({ body }) => visitArm(body),
  }).visit(program);
  return found.toSorted((one, other) => one.line - other.line);
}

/** An arrow keeps `this`, and private names stay in reach. */
function delay(text: MagicString, { start, end }: Item): void {
  text.appendLeft(start, 'queueMicrotask(() => { ');
  text.appendRight(end, ' });');
}

/** A statement that only calls something. Assignments count: moving when a field changes is what this is about. */
function isCall(item: Item): boolean {
  if (item.type !== 'ExpressionStatement') return false;
  const { expression } = item;
  const inner = expression.type === 'UnaryExpression' ? expression.argument : expression;
  if (inner.type === 'CallExpression') return inner.callee.type !== 'Super';
  return (
    inner.type === 'AssignmentExpression' ||
    inner.type === 'UpdateExpression' ||
    inner.type === 'ChainExpression'
  );
}

/** Declarations stay where they are, since what follows needs them; so does what leaves the block. */
function mayMove(item: Item): boolean {
  if (isCall(item)) return true;
  return item.type === 'IfStatement' || item.type === 'ForStatement' || item.type === 'WhileStatement';
}
