/**
 * A trial attempt's points on disk, in the order they were made: the n-th record is the point with seq n.
 * What the coordinator has not acked is read back from here, however long it is away.
 */
import {
  closeSync,
  fdatasync,
  fstatSync,
  ftruncateSync,
  openSync,
  readSync,
  rmSync,
  writeSync,
} from 'node:fs';
import { promisify } from 'node:util';
import { MetricPoint } from '@adt/proto/gen/adt/v1/common';
import { BATCH_MAX_BYTES, BATCH_MAX_POINTS, SPOOL_SYNC_INTERVAL_MS } from '../tunables.js';
import { crc32c } from './crc32c.js';

const syncData = promisify(fdatasync);

/** Payload length and CRC-32C of the payload, both uint32 little-endian. */
const HEAD_BYTES = 8;
/** No point is near this long; a length above it is damage. */
const MAX_PAYLOAD_BYTES = 4096;
/** Every so many records their offset is kept, so that reading on needs no scan from the start. */
const INDEX_STRIDE = 64;

/** A record that was whole does not read back as it was written. */
export class SpoolCorrupt extends Error {
  override name = 'SpoolCorrupt';
}

export class Spool {
  private readonly fd: number;
  /** offsets[n] is where the record with seq n * INDEX_STRIDE + 1 begins. */
  private readonly offsets: number[] = [0];
  private size = 0;
  private last = 0;
  private dirty = false;
  private closed = false;
  private readonly syncTimer: NodeJS.Timeout;

  /**
   * Opens the file at `path`, new or left by a crash. A torn last record is cut off.
   * @throws SpoolCorrupt when a record before the last is damaged
   */
  constructor(readonly path: string) {
    this.fd = openSync(path, 'a+', 0o600);
    try {
      this.recover();
    } catch (error) {
      closeSync(this.fd);
      throw error;
    }
    this.syncTimer = setInterval(() => void this.sync().catch(() => {}), SPOOL_SYNC_INTERVAL_MS).unref();
  }

  /** Sequence number of the newest point; 0 when there is none. */
  get lastSeq(): number {
    return this.last;
  }

  get bytes(): number {
    return this.size;
  }

  /** Appends all points or none; they get the next sequence numbers. @throws when the disk refuses */
  append(points: readonly MetricPoint[]): void {
    const records = points.map(encodeRecord);
    try {
      const bytes = Buffer.concat(records);
      for (let done = 0; done < bytes.length; ) done += writeSync(this.fd, bytes, done);
    } catch (error) {
      ftruncateSync(this.fd, this.size);
      throw error;
    }
    for (const record of records) this.admit(record.length);
    this.dirty = true;
  }

  /** Points from `firstSeq` on, as many as one batch may hold. @throws SpoolCorrupt */
  read(firstSeq: number): MetricPoint[] {
    let seq = Math.floor((firstSeq - 1) / INDEX_STRIDE) * INDEX_STRIDE + 1;
    let offset = this.offsets[(seq - 1) / INDEX_STRIDE] ?? this.size;
    const points: MetricPoint[] = [];
    for (let bytes = 0; seq <= this.last && points.length < BATCH_MAX_POINTS; seq++) {
      const record = this.recordAt(offset);
      if (record.kind !== 'whole') throw new SpoolCorrupt(`${this.path}: record ${seq} is damaged`);
      offset = record.end;
      if (seq < firstSeq) continue;
      // In a batch a point costs its payload, a tag and a length: less than in the spool.
      bytes += record.payload.length + HEAD_BYTES;
      if (bytes > BATCH_MAX_BYTES) break;
      points.push(MetricPoint.decode(record.payload));
    }
    return points;
  }

  /** Makes everything appended so far survive a power failure. */
  async sync(): Promise<void> {
    if (!this.dirty || this.closed) return;
    this.dirty = false;
    await syncData(this.fd);
  }

  close(): void {
    if (this.closed) return;
    this.closed = true;
    clearInterval(this.syncTimer);
    closeSync(this.fd);
  }

  /** Closes and removes the file. */
  delete(): void {
    this.close();
    rmSync(this.path, { force: true });
  }

  private recover(): void {
    const fileBytes = fstatSync(this.fd).size;
    while (this.size < fileBytes) {
      const record = this.recordAt(this.size);
      if (record.kind === 'damaged' && record.end < fileBytes) {
        throw new SpoolCorrupt(`${this.path}: record ${this.last + 1} is damaged`);
      }
      if (record.kind !== 'whole') break;
      this.admit(record.end - this.size);
    }
    if (this.size < fileBytes) ftruncateSync(this.fd, this.size);
  }

  private admit(recordBytes: number): void {
    this.size += recordBytes;
    this.last += 1;
    if (this.last % INDEX_STRIDE === 0) this.offsets.push(this.size);
  }

  /** `torn`: the file ends within the record. `damaged`: it is all there, and wrong. */
  private recordAt(
    offset: number,
  ): { kind: 'whole'; payload: Buffer; end: number } | { kind: 'torn' } | { kind: 'damaged'; end: number } {
    const head = this.bytesAt(offset, HEAD_BYTES);
    if (head.length < HEAD_BYTES) return { kind: 'torn' };
    const length = head.readUInt32LE(0);
    // After a power failure a file may end in zeros, whose checksum would be right.
    if (length === 0) return { kind: 'torn' };
    if (length > MAX_PAYLOAD_BYTES) return { kind: 'damaged', end: offset + HEAD_BYTES };
    const payload = this.bytesAt(offset + HEAD_BYTES, length);
    if (payload.length < length) return { kind: 'torn' };
    const end = offset + HEAD_BYTES + length;
    return head.readUInt32LE(4) === crc32c(payload)
      ? { kind: 'whole', payload, end }
      : { kind: 'damaged', end };
  }

  private bytesAt(offset: number, length: number): Buffer {
    const bytes = Buffer.allocUnsafe(length);
    return bytes.subarray(0, readSync(this.fd, bytes, 0, length, offset));
  }
}

function encodeRecord(point: MetricPoint): Buffer {
  const payload = MetricPoint.encode(point).finish();
  if (payload.length > MAX_PAYLOAD_BYTES) throw new RangeError(`a point of ${payload.length} bytes`);
  const head = Buffer.alloc(HEAD_BYTES);
  head.writeUInt32LE(payload.length, 0);
  head.writeUInt32LE(crc32c(payload), 4);
  return Buffer.concat([head, payload]);
}
