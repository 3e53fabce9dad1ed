/** What the binding for Bun uses of its test runner. */
declare module 'bun:test' {
  type Register = (name: string, body: () => Promise<void>, timeoutMs?: number) => void;
  export function describe(name: string, body: () => void): void;
  export const test: { skipIf(isSkipped: boolean): Register };
}
