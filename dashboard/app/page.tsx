/** The address without a path is the list of sweeps. */
import { redirect } from 'next/navigation';

export default function Home(): never {
  redirect('/sweeps');
}
