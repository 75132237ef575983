/** What a training has to remember to go on: blocks of bytes, as a checkpoint stores them. */

export type StateBlock = { name: string; bytes: number };

/** The state after iteration `step`. Blocks are read once each, in order, and nothing else is asked meanwhile. */
export type TrainerState = {
  step: number;
  blocks: readonly StateBlock[];
  /** A block's bytes from first to last; a piece is good until the next one is asked for. */
  read(block: number): AsyncIterable<Uint8Array>;
};

/** The name of the block, or of the first of the blocks, that hold the kept parameters; there may be none. */
export const KEPT_BLOCK = 'best';

/** A state of a training that is made otherwise: other sizes, another engine. */
export class StateMismatchError extends Error {
  readonly code = 'STATE_MISMATCH';
}

/**
 * @param own the blocks that the training has, those of kept parameters included
 * @throws StateMismatchError with the first block that is not as it must be
 */
export function checkBlocks(own: readonly StateBlock[], given: readonly StateBlock[]): void {
  const required = own.filter(({ name }) => !isKept(name));
  const expected = given.length === required.length ? required : own;
  for (const [at, { name, bytes }] of expected.entries()) {
    const block = given[at];
    if (block?.name === name && block.bytes === bytes) continue;
    const found = block === undefined ? 'none' : `${block.name} of ${block.bytes} bytes`;
    throw new StateMismatchError(`block ${at} of the state is ${found}, expected ${name} of ${bytes} bytes`);
  }
  if (given.length > expected.length)
    throw new StateMismatchError(`the state has ${given.length} blocks, expected ${expected.length}`);
}

export function isKept(name: string): boolean {
  return name === KEPT_BLOCK || name.startsWith(`${KEPT_BLOCK}/`);
}

/**
 * Copies a block to where it belongs.
 * @param put takes a piece and the number of bytes before it
 * @throws StateMismatchError when there are more or fewer bytes than the block has
 */
export async function copyBlock(
  state: TrainerState,
  block: number,
  put: (piece: Uint8Array, from: number) => void,
): Promise<void> {
  const { name, bytes } = state.blocks[block] as StateBlock;
  let at = 0;
  for await (const piece of state.read(block)) {
    if (at + piece.byteLength > bytes) break;
    put(piece, at);
    at += piece.byteLength;
  }
  if (at !== bytes) throw new StateMismatchError(`block ${name} has not the ${bytes} bytes it should have`);
}
