/** Of requests of one thing that overtake each other, the last one alone counts. Each call begins one; what it gives tells whether no later one has begun. */
export function createLatest(): () => () => boolean {
  let begun = 0;
  return () => {
    const mine = ++begun;
    return () => mine === begun;
  };
}
