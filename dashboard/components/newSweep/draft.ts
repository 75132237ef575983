'use client';
/** The text of a new sweep, kept in the tab: a reload, or a look at another page, loses no work. */
import { useEffect, useState } from 'react';

type Stored = { start: string; text: string };

export type Draft = {
  text: string;
  /** It was found in the tab, and not begun from `start`. */
  restored: boolean;
  setText: (text: string) => void;
  /** Back to what it started from. */
  startOver: () => void;
  /** It was submitted: nothing is left to keep. */
  forget: () => void;
};

/** @param name tells one draft of the tab from another: what it started from */
export function useDraft(name: string, start: string): Draft {
  const key = `adt-draft:${name}`;
  const [text, setText] = useState(start);
  const [restored, setRestored] = useState(false);
  // After the first paint: the server knows of no drafts.
  useEffect(() => {
    const stored = readDraft(key);
    // One of another file, say of a preset before a data set was added, is not what this page is about.
    if (stored === null || stored.start !== start || stored.text === start) return;
    setText(stored.text);
    setRestored(true);
  }, [key, start]);
  return {
    text,
    restored,
    setText: (next) => {
      setText(next);
      writeDraft(key, { start, text: next });
    },
    startOver: () => {
      writeDraft(key, null);
      setRestored(false);
      setText(start);
    },
    forget: () => writeDraft(key, null),
  };
}

/** A browser may refuse storage, or hold what an older version left there. */
function readDraft(key: string): Stored | null {
  try {
    const stored: unknown = JSON.parse(sessionStorage.getItem(key) ?? 'null');
    return typeof stored === 'object' && stored !== null && 'text' in stored ? (stored as Stored) : null;
  } catch {
    return null;
  }
}

function writeDraft(key: string, draft: Stored | null): void {
  try {
    if (draft === null) sessionStorage.removeItem(key);
    else sessionStorage.setItem(key, JSON.stringify(draft));
  } catch {
    // Without storage a reload starts anew, as it would have.
  }
}
