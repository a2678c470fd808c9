// 128-bit integers, as two halves, for the significands of softfloat.

const LOW32: u64 = 0xffffffff;

/** The high half of a 64 by 64 bit product; the low half is a * b. */
export function mulHigh(a: u64, b: u64): u64 {
  const al = a & LOW32, ah = a >>> 32, bl = b & LOW32, bh = b >>> 32;
  const ll = al * bl, lh = al * bh, hl = ah * bl;
  const middle = (ll >>> 32) + (lh & LOW32) + (hl & LOW32);
  return ah * bh + (lh >>> 32) + (hl >>> 32) + (middle >>> 32);
}

/** One 32-bit digit of a quotient (Knuth, The Art of Computer Programming 2, 4.3.1, algorithm D). */
function digit(high: u64, next: u64, divisor: u64): u64 {
  const dh = divisor >>> 32, dl = divisor & LOW32;
  let q = high / dh, r = high % dh;
  while (q > LOW32 || q * dl > (r << 32 | next)) {
    q--;
    r += dh;
    if (r > LOW32) break;
  }
  return q;
}
/** high:low / divisor; high < divisor, whose top bit is set. The remainder is low - quotient * divisor. */
export function divide(high: u64, low: u64, divisor: u64): u64 {
  const first = digit(high, low >>> 32, divisor);
  const rest = (high << 32 | low >>> 32) - first * divisor;
  return first << 32 | digit(rest, low & LOW32, divisor);
}

let root: u64 = 0, rootRest: u64 = 0, rootRestHigh: u64 = 0;
/** Square root of high:low, rounded down; rest() is what remains. */
export function squareRoot(high: u64, low: u64): u64 {
  root = 0; rootRest = 0; rootRestHigh = 0;
  for (let i = 0; i < 64; i++) {
    // Bring down two bits, then subtract 4 * root + 1 if it fits. The rest never exceeds 2 * root: 66 bits.
    rootRestHigh = rootRestHigh << 2 | rootRest >>> 62;
    rootRest = rootRest << 2 | high >>> 62;
    high = high << 2 | low >>> 62;
    low <<= 2;
    const tryHigh = root >>> 62, tryLow = root << 2 | 1;
    root <<= 1;
    if (rootRestHigh > tryHigh || (rootRestHigh == tryHigh && rootRest >= tryLow)) {
      rootRestHigh -= tryHigh + (rootRest < tryLow ? 1 : 0);
      rootRest -= tryLow;
      root |= 1;
    }
  }
  return root;
}
/** How the rest of the last squareRoot compares: 0: it was exact, 1: the root's next bit is 0, 2: it is 1. */
export function rootRemainder(): u32 {
  if (rootRestHigh == 0 && rootRest == 0) return 0;
  return rootRestHigh != 0 || rootRest > root ? 2 : 1;
}
