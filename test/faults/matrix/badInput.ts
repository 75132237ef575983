/** What no client of ours sends: garbage, giants, strangers. The platform refuses and goes on. */
import { connect } from 'node:net';
import { AUTHORIZATION } from '@adt/proto/token';
import { Client, credentials, Metadata, status } from '@grpc/grpc-js';
import { watchSweep } from '../browserState.js';
import type { Fault } from '../fault.js';
import type { Random } from '../random.js';
import { allEnded, running, submit } from '../sweep.js';
import { Broken } from '../until.js';
import type { World } from '../world.js';

const TRIAL = '/adt.v1.TrialService';
const SEARCH = '/adt.v1.SearchService';
const METHODS = [
  `${TRIAL}/Register`,
  `${TRIAL}/Claim`,
  `${TRIAL}/Heartbeat`,
  `${TRIAL}/Complete`,
  `${SEARCH}/SubmitSweep`,
] as const;
const ROUNDS = 30;
const GIANT_BYTES = 4 * 1024 * 1024;

function bytes(random: Random, count: number): Buffer {
  return Buffer.from(Array.from({ length: count }, () => random.between(0, 255)));
}

/** @returns the status that raw bytes as a request are answered with */
function send(client: Client, method: string, body: Buffer, token: string): Promise<status> {
  const metadata = new Metadata();
  metadata.set(AUTHORIZATION, `Bearer ${token}`);
  const same = (value: Buffer): Buffer => value;
  return new Promise((resolve) => {
    const options = { deadline: Date.now() + 10_000 };
    client.makeUnaryRequest(method, same, same, body, metadata, options, (error) =>
      resolve(error?.code ?? status.OK),
    );
  });
}

/** Bytes that are not even HTTP/2; resolves when the server has closed, or the time is up. */
function sendGarbage(address: string, body: Buffer): Promise<void> {
  const [host, port] = address.split(':');
  return new Promise((resolve) => {
    const socket = connect(Number(port), host, () => socket.end(body));
    socket.setTimeout(2_000, () => socket.destroy());
    socket.on('error', () => {}).on('close', () => resolve());
    socket.resume();
  });
}

async function assail(world: World, random: Random): Promise<void> {
  const { grpc = '', live = '' } = world.coordinators[0]?.ready ?? {};
  const client = new Client(grpc, credentials.createInsecure());
  world.atEnd(() => client.close());
  const expect = async (what: string, allowed: readonly status[], answer: Promise<status>): Promise<void> => {
    const code = await answer;
    if (!allowed.includes(code)) throw new Broken(`${what} was answered with ${status[code]}`);
  };
  for (let round = 0; round < ROUNDS; round += 1) {
    const method = random.pick([...METHODS] as [string, ...string[]]);
    const refused = [
      status.INVALID_ARGUMENT,
      status.INTERNAL,
      status.FAILED_PRECONDITION,
      status.NOT_FOUND,
      status.PERMISSION_DENIED,
    ];
    await expect(
      `garbage to ${method}`,
      refused,
      send(client, method, bytes(random, random.between(1, 2_000)), world.token),
    );
    await sendGarbage(random.pick([grpc, live]), bytes(random, random.between(1, 4_000)));
  }
  await expect(
    'a stranger',
    [status.UNAUTHENTICATED],
    send(client, METHODS[0], Buffer.alloc(0), 'x'.repeat(64)),
  );
  const giant = send(client, METHODS[0], Buffer.alloc(GIANT_BYTES, 10), world.token);
  await expect('a giant', [status.RESOURCE_EXHAUSTED], giant);
}

export const badGrpc: Fault = {
  name: 'badGrpc',
  about: 'malformed and oversized calls, bytes that are no HTTP/2, a wrong token: refused while trials go on',
  async run({ random, world: open }) {
    const world = await open({ workers: 2 });
    watchSweep(world, await submit(world, { trials: 6 }));
    await running(world, 1);
    await assail(world, random);
    await allEnded(world);
  },
};
