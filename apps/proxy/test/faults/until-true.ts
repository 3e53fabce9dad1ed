/** Waits, a turn at a time, for as long as it takes: whoever runs the fault has the watchdog. */
export async function untilTrue(isSo: () => boolean): Promise<void> {
  while (!isSo()) {
    await new Promise((resolve) => {
      setTimeout(resolve, 1);
    });
  }
}
