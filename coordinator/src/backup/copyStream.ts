/** Postgres' COPY as streams of bytes, by the client that is there: no psql or pg_dump is needed. */
import { once } from 'node:events';
import { Readable } from 'node:stream';
import type pg from 'pg';

/** What a connection can do beyond its published type while it copies. */
type CopyConnection = pg.Connection & {
  sendCopyFromChunk(chunk: Buffer): void;
  endCopyFrom(): void;
  sendCopyFail(message: string): void;
};

/** Rows travel on together: zipped one at a time, 2.5 million of them took 4.5 minutes, and so 7 seconds. */
const BLOCK_BYTES = 64 * 1024;

/** Runs `COPY … TO STDOUT`. The server is held back while the reader is behind. */
export function copyOut(client: pg.Client, text: string): CopyOut {
  const out = new CopyOut(text);
  client.query(out);
  return out;
}

export class CopyOut extends Readable implements pg.Submittable {
  /** How many there were, once the stream has ended. */
  rows = 0;
  #connection: pg.Connection | null = null;
  #block = Buffer.allocUnsafe(BLOCK_BYTES);
  #used = 0;

  constructor(private readonly text: string) {
    super({ highWaterMark: 256 * 1024 });
  }

  submit(connection: pg.Connection): void {
    this.#connection = connection;
    connection.query(this.text);
  }

  /** A row. What it stands in is the client's, which writes the next ones over it. */
  handleCopyData({ chunk }: { chunk: Buffer }): void {
    if (this.#used + chunk.length > BLOCK_BYTES) this.#flush();
    if (chunk.length > BLOCK_BYTES) this.#give(Buffer.from(chunk));
    else this.#used += chunk.copy(this.#block, this.#used);
  }

  handleCommandComplete({ text }: { text: string }): void {
    this.rows = Number(text.split(' ')[1]);
    this.#flush();
    this.push(null);
  }

  #flush(): void {
    if (this.#used === 0) return;
    this.#give(this.#block.subarray(0, this.#used));
    this.#block = Buffer.allocUnsafe(BLOCK_BYTES);
    this.#used = 0;
  }

  #give(bytes: Buffer): void {
    // Nobody would ever ask a destroyed stream for more.
    if (!this.destroyed && !this.push(bytes)) this.#connection?.stream.pause();
  }

  handleReadyForQuery(): void {}

  handleError(error: Error): void {
    this.destroy(error);
  }

  override _read(): void {
    this.#connection?.stream.resume();
  }

  /** A reader that gives up lets the rest pass by, so that the connection can be ended in order. */
  override _destroy(error: Error | null, done: (error: Error | null) => void): void {
    this.#connection?.stream.resume();
    done(error);
  }
}

/**
 * Runs `COPY … FROM STDIN` with these bytes, as fast as the server takes them.
 * @returns rows that were copied
 * @throws what the server or the source says; nothing is copied then
 */
export async function copyIn(
  client: pg.Client,
  text: string,
  source: AsyncIterable<Buffer>,
): Promise<number> {
  const copy = new CopyIn(text);
  client.query(copy);
  // Told apart below; a refusal must not go unhandled while the source is still read.
  copy.done.catch(() => {});
  const connection = await Promise.race([copy.ready, copy.done.then(() => null)]);
  if (connection === null) throw new Error('the server does not copy');
  try {
    for await (const chunk of source) {
      if (copy.isOver) break;
      connection.sendCopyFromChunk(chunk);
      if (connection.stream.writableNeedDrain)
        await Promise.race([once(connection.stream, 'drain'), copy.done]);
    }
    connection.endCopyFrom();
  } catch (error) {
    if (copy.isOver) throw await copy.done.then(() => error);
    connection.sendCopyFail('the source broke off');
    await copy.done.catch(() => {});
    throw error;
  }
  return copy.done;
}

class CopyIn implements pg.Submittable {
  isOver = false;
  readonly ready: Promise<CopyConnection>;
  readonly done: Promise<number>;
  #begin: (connection: CopyConnection) => void = () => {};
  #settle: { resolve: (rows: number) => void; reject: (error: Error) => void } | null = null;
  #rows = 0;

  constructor(private readonly text: string) {
    this.ready = new Promise((resolve) => {
      this.#begin = resolve;
    });
    this.done = new Promise((resolve, reject) => {
      this.#settle = { resolve, reject };
    });
  }

  submit(connection: pg.Connection): void {
    connection.query(this.text);
  }

  handleCopyInResponse(connection: CopyConnection): void {
    this.#begin(connection);
  }

  handleCommandComplete({ text }: { text: string }): void {
    this.#rows = Number(text.split(' ')[1]);
  }

  handleReadyForQuery(): void {
    this.isOver = true;
    this.#settle?.resolve(this.#rows);
  }

  handleError(error: Error): void {
    this.isOver = true;
    this.#settle?.reject(error);
  }
}
