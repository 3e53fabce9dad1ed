import { isMainThread } from 'node:worker_threads';

const NAME = 'looks of the hang watch';
/** More than a limit has. */
const LOOKS = 16;

/**
 * Preloaded into the command, this drives the watch with looks that `hang` asks for, in place of a timer: so the limit
 * passes where the test wants it to, and nowhere else.
 */
if (!isMainThread) {
  const timer = (look: () => void): BroadcastChannel => {
    const looks = new BroadcastChannel(NAME);
    looks.addEventListener('message', look);
    return looks;
  };
  Reflect.set(globalThis, 'setInterval', timer);
}

/** The limit passes. */
export function passLimit(): void {
  const looks = new BroadcastChannel(NAME);
  for (let look = 0; look < LOOKS; look += 1) looks.postMessage('look');
}

/** Never comes back. */
export function hang(): never {
  passLimit();
  for (;;);
}
