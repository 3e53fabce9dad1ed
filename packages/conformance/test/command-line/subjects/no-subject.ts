/** Neither a default export nor createPipe. */
export const store = {};
