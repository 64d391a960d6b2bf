/**
 * The floor of the takeover benchmark: the same kind of HTTP server, one durable row in the same kind of store, and one
 * Socket.IO emit of the same bytes to everybody. Nothing else: nobody is checked, nothing is signed, no targets are kept.
 */
import Fastify from 'fastify';
import { Server } from 'socket.io';
import { v7 as uuidv7 } from 'uuid';
import { openStore } from '../../../cms/server/store/store.ts';

const [file] = process.argv.slice(2);
if (file === undefined) throw new Error('Needs the path of its database');

const store = await openStore({ databaseUrl: null, file, onError: console.error });
const app = Fastify();
const io = new Server(app.server, { serveClient: false, transports: ['websocket'] });

app.post('/raise', async (request) => {
  const { takeover } = request.body as { takeover: string };
  await store.transaction(async (tx) => {
    await tx
      .insertInto('audit_log')
      .values({
        id: uuidv7(),
        at: Date.now(),
        user_id: null,
        action: 'x',
        subject_type: 'x',
        subject_id: null,
        unit_id: null,
        detail: takeover,
      })
      .execute();
  });
  io.emit('takeoverRaisedV1', { takeover });
  return { ok: true };
});

const url = await app.listen({ port: 0, host: '127.0.0.1' });
process.on('message', (message: { id: number }) => process.send?.({ id: message.id, ok: true, value: url }));
process.on('disconnect', () => process.exit());
