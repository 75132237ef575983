/** The environment is unusable; the message says which variable and why. */
export class EnvError extends Error {
  override name = 'EnvError';
}
