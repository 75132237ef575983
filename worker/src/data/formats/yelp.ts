/** Yelp's review.json (JSON lines): user_id, business_id, stars, date as 2016-03-09 or 2016-03-09 17:45:01. */
import { reviewFormat } from './jsonReviews.js';

export const yelp = reviewFormat('yelp', {
  user: 'user_id',
  item: 'business_id',
  rating: 'stars',
  time: 'date',
});
