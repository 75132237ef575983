'use client';
/** Switches between the system's theme, light and dark. */
import { Monitor, Moon, Sun } from 'lucide-react';
import { useState } from 'react';
import { applyTheme, THEMES, type Theme } from './theme';

const ICONS = { system: Monitor, light: Sun, dark: Moon } as const;

export function ThemeToggle({ initial }: { initial: Theme }) {
  const [theme, setTheme] = useState(initial);
  const next = THEMES[(THEMES.indexOf(theme) + 1) % THEMES.length] ?? 'system';
  const Icon = ICONS[theme];
  return (
    <button
      type="button"
      aria-label={`Theme: ${theme}. Switch to ${next}.`}
      title={`Theme: ${theme}`}
      className="rounded-md p-2 text-muted hover:bg-sunken hover:text-fg"
      onClick={() => {
        applyTheme(next);
        setTheme(next);
      }}
    >
      <Icon aria-hidden size={16} />
    </button>
  );
}
