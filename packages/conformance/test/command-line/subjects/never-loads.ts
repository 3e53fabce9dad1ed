await new Promise(() => undefined);

export { growingStrategy as default } from '../../stores/growing-store.ts';
