// A module that is there, and whose own dependency is not. The name is computed so that only running it looks it up.
const dependency = ['millrace', 'absent', 'dependency'].join('-');

export default await import(dependency);
