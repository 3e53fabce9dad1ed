setTimeout(() => {
  throw new Error('too late');
}, 0);

export { growingStrategy as default } from '../../stores/growing-store.ts';
