/** What a data set may be called. */
export const DATASET_NAME = /^[a-z0-9][a-z0-9_.-]{0,63}$/;
export const DATASET_NAME_RULE = 'must be 1-64 of a-z 0-9 _ . -';
