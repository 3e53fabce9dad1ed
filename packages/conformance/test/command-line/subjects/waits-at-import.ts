import { passLimit } from '../hang.ts';

setInterval(() => undefined, 1000);
passLimit();
await new Promise(() => undefined);
