/** What became of each key of an imported file, in words for its owner. */
import type { Findings } from '../finding.js';

export type Note = {
  /**
   * kept: means the same here. translated: written otherwise, meaning the same or as said. added: not in the file, but
   * needed here. dropped: without meaning here. refused: has meaning that cannot be kept; nothing is imported.
   */
  kind: 'kept' | 'translated' | 'added' | 'dropped' | 'refused';
  /** Place in the W&B file; of an added key, in the sweep file. */
  path: string;
  message: string;
};

export type Notes = Note[];

export function note(notes: Notes, kind: Note['kind'], path: string, message: string): void {
  notes.push({ kind, path, message });
}

/** Findings of the sweep file's own readers become refusals. */
export function refuseAll(notes: Notes, findings: Findings): void {
  for (const { path, message } of findings) note(notes, 'refused', path, message);
}
