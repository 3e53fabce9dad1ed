/** Checks that no subject needs, each with the reason why it stays. */
export const redundantChecks: Readonly<Record<string, string>> = {
  'store-laws/store-run.ts S1 "put to take ${byteCount(isFixed ? 0 : length, length)}"':
    'the model counts what put answers, so the stream is wrong as well; this says it at the call',
  'store-laws/store-run.ts S1 "an empty store to give nothing"':
    'the scripts take from empty stores as well; this is the last take of each, whatever its calls are',
  'store-laws/release.ts S6 "clear to leave a size of 0"':
    'S5 looks at the size after each call, and S6.gc after clear; this says it as what it is',
  'store-laws/unsteady-memory.ts – "${bytes} after ${delivered} bytes"':
    'hands on what the check of a peek has said',
};
