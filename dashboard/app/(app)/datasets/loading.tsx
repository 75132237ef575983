/** What the page shows until its data is there. Not on pages that may not exist: once this is sent, 404 can't be. */
import { PageSkeleton } from '@/components/ui/skeleton';

export default function Loading() {
  return <PageSkeleton />;
}
