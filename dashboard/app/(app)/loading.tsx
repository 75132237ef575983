/** What a page shows until its data is there. */
import { PageSkeleton } from '@/components/ui/skeleton';

export default function Loading() {
  return <PageSkeleton />;
}
