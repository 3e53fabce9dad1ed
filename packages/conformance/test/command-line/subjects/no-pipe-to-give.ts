export { growingStrategy as default } from '../../stores/growing-store.ts';
export const createPipe = (): unknown => ({ readable: null });
