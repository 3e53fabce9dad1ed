export default { name: 'no-store', contract: 1 };
