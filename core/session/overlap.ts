/**
 * Whether some text matches both of two IAM patterns (`*` any run, `?` any one character).
 *
 * Errs on neither side. Time is the product of the lengths: each pair of positions is looked at once.
 */
export function overlaps(one: string, other: string): boolean {
  let below = new Array<boolean>(other.length + 1);
  for (let i = one.length; i >= 0; i--) {
    const row = new Array<boolean>(other.length + 1);
    for (let j = other.length; j >= 0; j--) {
      const a = one[i];
      const b = other[j];
      // A star stands for nothing, or for what the other pattern's next element stands for.
      if (a === undefined && b === undefined) row[j] = true;
      else if (a === '*') row[j] = below[j] === true || (b !== undefined && row[j + 1] === true);
      else if (b === '*') row[j] = row[j + 1] === true || (a !== undefined && below[j] === true);
      else row[j] = a !== undefined && b !== undefined && sameOne(a, b) && below[j + 1] === true;
    }
    below = row;
  }
  return below[0] === true;
}

const sameOne = (a: string, b: string): boolean => a === '?' || b === '?' || a === b;
