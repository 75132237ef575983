/** Amazon reviews as JSON lines (McAuley lab, 2014 and 2018): reviewerID, asin, overall, unixReviewTime. */
import { reviewFormat } from './jsonReviews.js';

export const amazonReviews = reviewFormat('amazon-reviews', {
  user: 'reviewerID',
  item: 'asin',
  rating: 'overall',
  time: 'unixReviewTime',
});
