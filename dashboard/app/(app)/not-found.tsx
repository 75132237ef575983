/** No such sweep or trial; the frame stays. */
import { ButtonLink } from '@/components/ui/button';
import { ErrorState } from '@/components/ui/errorState';

export default function NotFound() {
  return (
    <ErrorState
      title="Nothing is here"
      detail="The address is mistyped, or what it named was removed."
      code="404"
      actions={<ButtonLink href="/sweeps">All sweeps</ButtonLink>}
    />
  );
}
