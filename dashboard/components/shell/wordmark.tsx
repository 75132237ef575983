/** The product's mark: three curves, one for each loss, and its name. */

export function Mark({ size = 22 }: { size?: number }) {
  return (
    <svg aria-hidden="true" viewBox="0 0 24 24" width={size} height={size} fill="none" strokeWidth="2.4">
      <path d="M3 20C8 20 9 14 21 14" style={{ stroke: 'var(--loss-ce)' }} strokeLinecap="round" />
      <path d="M3 20C8 20 9 9 21 9" style={{ stroke: 'var(--loss-rce)' }} strokeLinecap="round" />
      <path d="M3 20C8 20 9 4 21 4" style={{ stroke: 'var(--loss-tce)' }} strokeLinecap="round" />
    </svg>
  );
}
