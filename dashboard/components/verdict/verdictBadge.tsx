/** A verdict on a pair of losses: icon, word and colour, always together. */
import type { Verdict } from '@adt/proto/gen/adt/v1/results';
import { Hourglass, Scale, TrendingDown, TrendingUp } from 'lucide-react';
import { Badge, type Tone } from '@/components/ui/badge';

// By the names on the wire: importing the enum itself would bring gRPC into the browser.
const LOOKS = {
  VERDICT_BETTER: { word: 'better', tone: 'good', Icon: TrendingUp },
  VERDICT_WORSE: { word: 'worse', tone: 'bad', Icon: TrendingDown },
  VERDICT_INCONCLUSIVE: { word: 'inconclusive', tone: 'neutral', Icon: Scale },
  VERDICT_TOO_FEW_SEEDS: { word: 'too few seeds', tone: 'warn', Icon: Hourglass },
  VERDICT_UNSPECIFIED: { word: 'unknown', tone: 'neutral', Icon: Scale },
} as const satisfies Record<`${Verdict}`, { word: string; tone: Tone; Icon: typeof Scale }>;

export function verdictWord(verdict: Verdict): string {
  return LOOKS[`${verdict}`].word;
}

/** Better or worse, as opposed to what more seeds may still decide. */
export function isDecided(verdict: Verdict): boolean {
  return `${verdict}` === 'VERDICT_BETTER' || `${verdict}` === 'VERDICT_WORSE';
}

export function VerdictBadge({ verdict }: { verdict: Verdict }) {
  const { word, tone, Icon } = LOOKS[`${verdict}`];
  return (
    <Badge tone={tone}>
      <Icon aria-hidden size={12} />
      {word}
    </Badge>
  );
}
