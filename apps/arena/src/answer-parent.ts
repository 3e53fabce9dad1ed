/**
 * The child's half of `askChild`: does the one job that comes in, answers, and lets the process end. What `work` throws
 * goes to stderr, where the parent looks for it.
 */
export function answerParent(work: (job: never) => Promise<object>): void {
  process.once('message', (job: unknown) => {
    work(job as never).then(
      (answer) => process.send?.(answer, undefined, undefined, () => process.disconnect()),
      (error: unknown) => {
        process.stderr.write(
          `${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`,
          () => process.exit(1),
        );
      },
    );
  });
}
