import { growingStrategy } from '../../stores/growing-store.ts';

export default { ...growingStrategy, createStore: () => process.exit(0) };
