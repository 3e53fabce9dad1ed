setInterval(() => undefined, 1000);

export { growingStrategy as default } from '../../stores/growing-store.ts';
