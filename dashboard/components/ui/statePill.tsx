/** The state of a sweep, trial or worker: icon, word and colour, always together. */
import {
  Ban,
  Check,
  CircleDashed,
  CircleSlash,
  LoaderCircle,
  Pause,
  Scissors,
  TriangleAlert,
  X,
} from 'lucide-react';
import { Badge, type Tone } from './badge';
import type { StateName } from './stateName';

const LOOKS = {
  QUEUED: { word: 'queued', tone: 'neutral', Icon: CircleDashed },
  RUNNING: { word: 'running', tone: 'accent', Icon: LoaderCircle },
  PAUSED: { word: 'paused', tone: 'warn', Icon: Pause },
  SUCCEEDED: { word: 'done', tone: 'good', Icon: Check },
  FINISHED: { word: 'finished', tone: 'good', Icon: Check },
  PRUNED: { word: 'pruned', tone: 'warn', Icon: Scissors },
  FAILED: { word: 'failed', tone: 'bad', Icon: X },
  CANCELLED: { word: 'cancelled', tone: 'neutral', Icon: Ban },
  ACTIVE: { word: 'active', tone: 'good', Icon: Check },
  DRAINING: { word: 'draining', tone: 'warn', Icon: CircleSlash },
  LOST: { word: 'lost', tone: 'bad', Icon: TriangleAlert },
  RELEASED: { word: 'handed back', tone: 'neutral', Icon: CircleSlash },
  UNSPECIFIED: { word: 'unknown', tone: 'neutral', Icon: CircleDashed },
} as const satisfies Record<StateName, { word: string; tone: Tone; Icon: typeof Check }>;

export function StatePill({ state }: { state: StateName }) {
  const { word, tone, Icon } = LOOKS[state];
  return (
    <Badge tone={tone}>
      <Icon
        aria-hidden
        size={12}
        className={state === 'RUNNING' ? 'animate-spin [animation-duration:2s]' : ''}
      />
      {word}
    </Badge>
  );
}
