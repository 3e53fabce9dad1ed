import { growingStrategy } from '../../stores/growing-store.ts';

export default {
  ...growingStrategy,
  createStore: () => {
    const store = growingStrategy.createStore();
    return Object.assign(store, { takeInto: undefined, takeinto: store.takeInto.bind(store) });
  },
};
