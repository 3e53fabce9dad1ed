export { createPlainPipe as createPipe } from '../../pipes/plain-pipe.ts';
export const supports = ['telepathy'];
