/** A parameter as the paper writes it: ε_max with its index lowered. */

export function ParameterSymbol({ text }: { text: string }) {
  const [base, index] = text.split('_');
  return (
    <span className="normal-case">
      {base}
      {index && <sub className="text-[0.75em] leading-none">{index}</sub>}
    </span>
  );
}
