/** A mail server for tests: takes what it is given, or refuses it. */
import { createServer, type AddressInfo, type Socket } from 'node:net';

export interface FakeSmtp {
  readonly port: number;
  readonly messages: { readonly to: string; readonly text: string }[];
  /** What it answers to a message, such as 451; 'all': it hangs up on whoever comes; null: it takes it. */
  refuse(code: number | 'all' | null): void;
  /** How many came so far. */
  connections(): number;
  close(): Promise<void>;
}

export async function startFakeSmtp(): Promise<FakeSmtp> {
  const messages: { to: string; text: string }[] = [];
  const sockets = new Set<Socket>();
  let refusal: number | 'all' | null = null;
  let came = 0;
  const server = createServer((socket) => {
    came++;
    if (refusal === 'all') {
      socket.destroy();
      return;
    }
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
    socket.on('error', () => undefined);
    const say = (line: string) => socket.write(`${line}\r\n`);
    let [held, to, inData] = ['', '', false];
    say('220 fake ESMTP');
    socket.setEncoding('utf8').on('data', (chunk: string) => {
      held += chunk;
      for (;;) {
        const end = inData ? held.indexOf('\r\n.\r\n') : held.indexOf('\r\n');
        if (end === -1) return;
        const line = held.slice(0, end);
        held = held.slice(end + (inData ? 5 : 2));
        if (inData) {
          inData = false;
          messages.push({ to, text: line });
          say('250 taken');
        } else if (/^EHLO/i.test(line)) say('250 fake');
        else if (/^MAIL/i.test(line)) say(refusal === null ? '250 ok' : `${refusal} no`);
        else if (/^RCPT/i.test(line)) {
          to = /<(.*)>/.exec(line)![1]!;
          say('250 ok');
        } else if (/^DATA/i.test(line)) {
          inData = true;
          say('354 go on');
        } else if (/^QUIT/i.test(line)) {
          say('221 bye');
          socket.end();
        } else say('250 ok');
      }
    });
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  return {
    port: (server.address() as AddressInfo).port,
    messages,
    refuse: (code) => void (refusal = code),
    connections: () => came,
    close: () =>
      new Promise((done) => {
        for (const socket of sockets) socket.destroy();
        server.close(() => done());
      }),
  };
}
