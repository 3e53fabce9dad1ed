import { growingStrategy } from '../../stores/growing-store.ts';

export default {
  ...growingStrategy,
  createStore: () => {
    throw new Error('none today');
  },
};
