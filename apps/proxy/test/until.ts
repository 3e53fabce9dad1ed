/** Asks again and again, a turn of the event loop or more apart, until the answer is yes. */
export async function until(isSo: () => boolean | Promise<boolean>, attempts = 20_000): Promise<void> {
  for (let left = attempts; left > 0; left -= 1) {
    if (await isSo()) return;
    await turn();
  }
  throw new Error(`still not so after ${attempts} attempts: ${isSo.toString()}`);
}

/** One turn of the event loop, with all the input it brings. */
export function turn(): Promise<void> {
  return new Promise((resolve) => {
    setImmediate(resolve);
  });
}
