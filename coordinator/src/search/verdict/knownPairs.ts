/** Paired data whose tests are in print. */

/** Student's (1908) extra hours of sleep under two drugs, as R's `sleep` has them. */
export const SLEEP = {
  first: [0.7, -1.6, -0.2, -1.2, -0.1, 3.4, 3.7, 0.8, 0.0, 2.0],
  second: [1.9, 0.8, 1.1, 0.1, -0.1, 4.4, 5.5, 1.6, 4.6, 3.4],
};

/** Darwin's (1876) maize, crossed less self-fertilised in eighths of an inch, as in Fisher (1935), §17. */
export const MAIZE = [49, -67, 8, 16, 6, 23, 28, 41, 14, 29, 56, 24, 75, 60, -48];
