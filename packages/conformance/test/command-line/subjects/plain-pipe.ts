import { growingStrategy } from '../../stores/growing-store.ts';

export { createPlainPipe as createPipe } from '../../pipes/plain-pipe.ts';
export const claims = ['P1', 'P3'];
export default growingStrategy;
