/** What a test file has to end: registered when it begins, ended in reverse order after the last test, failed or not. */
type Ending = () => Promise<void> | void;

const endings: Ending[] = [];

/** Registers an ending; it must be safe to call twice, since a test may end the thing itself. */
export function atEnd(ending: Ending): void {
  endings.push(ending);
}

/** Ends everything, also when one ending fails; then throws what failed. */
export async function endAll(): Promise<void> {
  const failures: unknown[] = [];
  for (let ending = endings.pop(); ending !== undefined; ending = endings.pop()) {
    try {
      await ending();
    } catch (error) {
      failures.push(error);
    }
  }
  if (failures.length > 0) throw new AggregateError(failures, 'could not end what the test file began');
}
