'use client';
/** Keys of a screen: each screen registers its own, one listener serves them, and `?` lists them all. */
import {
  createContext,
  type ReactNode,
  useCallback,
  useContext,
  useEffect,
  useMemo,
  useRef,
  useState,
} from 'react';
import { KeyList } from './keyList';

export type KeyBinding = {
  /** As `KeyboardEvent.key` spells it, say j or Enter. */
  key: string;
  /** What the list says of it. */
  does: string;
  run: () => void;
};

type Register = (bindings: readonly KeyBinding[]) => () => void;

const KeyContext = createContext<Register>(() => () => undefined);

/** Remembered in the browser: who speaks to the computer types keys without meaning to. */
const STORED = 'adt_keys';

export function KeyProvider({ children }: { children: ReactNode }) {
  const registered = useRef(new Set<readonly KeyBinding[]>());
  const [listed, setListed] = useState<readonly KeyBinding[] | null>(null);
  const [enabled, setEnabled] = useState(true);
  useEffect(() => setEnabled(localStorage.getItem(STORED) !== 'off'), []);

  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey || isBusy(event)) return;
      if (event.key === '?') setListed([...registered.current].flat());
      else {
        const binding = enabled && [...registered.current].flat().find(({ key }) => key === event.key);
        if (!binding) return;
        binding.run();
      }
      event.preventDefault();
    };
    document.addEventListener('keydown', onKey);
    return () => document.removeEventListener('keydown', onKey);
  }, [enabled]);

  const register = useCallback<Register>((bindings) => {
    registered.current.add(bindings);
    return () => registered.current.delete(bindings);
  }, []);
  const onEnabled = (on: boolean) => {
    localStorage.setItem(STORED, on ? 'on' : 'off');
    setEnabled(on);
  };
  return (
    <KeyContext.Provider value={register}>
      {children}
      <KeyList bindings={listed} onClose={() => setListed(null)} enabled={enabled} onEnabled={onEnabled} />
    </KeyContext.Provider>
  );
}

/** Registers keys while the component is there. `run` may change from render to render, the keys may not. */
export function useKeys(bindings: readonly KeyBinding[]): void {
  const register = useContext(KeyContext);
  const newest = useRef(bindings);
  useEffect(() => {
    newest.current = bindings;
  });
  const names = bindings.map(({ key, does }) => `${key} ${does}`).join('\n');
  const stable = useMemo(
    () =>
      names.split('\n').map((line) => {
        const key = line.slice(0, line.indexOf(' ', 1));
        const run = () => newest.current.find((binding) => binding.key === key)?.run();
        return { key, does: line.slice(key.length + 1), run };
      }),
    [names],
  );
  useEffect(() => register(stable), [register, stable]);
}

/** Someone types, or a dialog or menu is open. */
function isBusy({ target }: KeyboardEvent): boolean {
  if (!(target instanceof HTMLElement)) return false;
  if (target.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName)) {
    return !(target instanceof HTMLInputElement && target.type === 'checkbox');
  }
  return target.closest('[role=dialog], [role=menu]') !== null;
}
