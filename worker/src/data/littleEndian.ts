/** Bundles are little endian and read in place; the few machines that are not are told so. */
import { endianness } from 'node:os';

/** @throws Error on a big-endian machine, where the arrays of a bundle would be read reversed */
export function assertLittleEndian(): void {
  if (endianness() !== 'LE') throw new Error('bundles can only be read on little-endian machines');
}
