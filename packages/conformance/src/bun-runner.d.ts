/** What the binding for Bun uses of its test runner. */
declare module 'bun:test' {
  export function describe(name: string, body: () => void): void;
  export const test: {
    (name: string, body: () => Promise<void>, timeoutMs?: number): void;
    skip(name: string, body: () => void): void;
  };
}
