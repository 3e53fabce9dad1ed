/**
 * A process of its own, since package managers are waited for while it answers: serves the registry that the config file
 * in its first argument describes, on a port of the system's choice, and sends that port to its parent.
 */
import { once } from 'node:events';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { runServer } from 'verdaccio';

const server = (await runServer(process.argv[2])) as Server;
server.listen(0, '127.0.0.1');
await once(server, 'listening');
process.send?.((server.address() as AddressInfo).port);
// Who started it is gone: so is the reason to be here.
process.on('disconnect', () => process.exit());
