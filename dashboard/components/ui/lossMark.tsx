/** How a loss looks, everywhere: its colour and its shape, so that neither stands alone. */

/** CSS custom property of a loss's colour; losses that are not known share the muted one. */
export function lossColourVariable(loss: string): string {
  switch (loss) {
    case 'CE':
      return '--loss-ce';
    case 'T-CE':
      return '--loss-tce';
    case 'R-CE':
      return '--loss-rce';
    case 'clean':
      return '--loss-clean';
    case 'NR':
      return '--loss-nr';
    case 'NMTR':
      return '--loss-nmtr';
    default:
      return '--muted';
  }
}

const SHAPES: Record<string, string> = {
  CE: 'M5 0.8a4.2 4.2 0 1 1 0 8.4a4.2 4.2 0 1 1 0-8.4Z',
  'T-CE': 'M5 0.6 9.6 8.8 0.4 8.8Z',
  'R-CE': 'M1.2 1.2H8.8V8.8H1.2Z',
  clean: 'M5 0.2 9.8 5 5 9.8 0.2 5Z',
  NR: 'M3.4 0.6H6.6V3.4H9.4V6.6H6.6V9.4H3.4V6.6H0.6V3.4H3.4Z',
  NMTR: 'M0.4 1.2H9.6L5 9.4Z',
};

export function LossMark({ loss }: { loss: string }) {
  return (
    <svg aria-hidden="true" viewBox="0 0 10 10" className="size-2.5 shrink-0">
      <path d={SHAPES[loss] ?? SHAPES.CE} style={{ fill: `var(${lossColourVariable(loss)})` }} />
    </svg>
  );
}

export function Loss({ loss }: { loss: string }) {
  return (
    <span className="inline-flex items-center gap-1.5 whitespace-nowrap">
      <LossMark loss={loss} />
      {loss}
    </span>
  );
}
