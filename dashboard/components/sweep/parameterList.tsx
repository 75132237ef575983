/** The active parameters of a configuration in one line. */
import type { TrainingConfig } from '@adt/proto/gen/adt/v1/common';
import { ParameterSymbol } from './parameterSymbol';
import { activeParameters } from './parameters';

export function ParameterList({ config }: { config: TrainingConfig | undefined }) {
  return (
    <span className="inline-flex flex-wrap gap-x-3">
      {activeParameters(config).map(({ key, symbol, text }) => (
        <span key={key} className="tabular whitespace-nowrap">
          <span className="text-muted">
            <ParameterSymbol text={symbol} />
          </span>{' '}
          {text}
        </span>
      ))}
    </span>
  );
}
