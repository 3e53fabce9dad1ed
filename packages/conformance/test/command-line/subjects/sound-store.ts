export { growingStrategy as default } from '../../stores/growing-store.ts';
