/** Addresses as text: dotted decimal for IPv4 (and its mapped form), RFC 5952 for IPv6. */

/** Four signed or unsigned 32-bit words in network order. */
export function ipText(w0: number, w1: number, w2: number, w3: number): string {
  if (w0 === 0 && w1 === 0 && w2 === 0x0000ffff) {
    return [w3 >>> 24, (w3 >>> 16) & 0xff, (w3 >>> 8) & 0xff, w3 & 0xff].join('.')
  }
  const groups = [w0, w1, w2, w3].flatMap((w) => [w >>> 16, w & 0xffff])
  const [start, length] = longestZeroRun(groups)
  const text = (from: number, to: number) =>
    groups
      .slice(from, to)
      .map((g) => g.toString(16))
      .join(':')
  return length < 2 ? text(0, 8) : `${text(0, start)}::${text(start + length, 8)}`
}

/** RFC 5952 4.2.3: the longest run of zero groups, the first of equals. */
function longestZeroRun(groups: number[]): [start: number, length: number] {
  let best = 0
  let bestLength = 0
  for (let i = 0; i < groups.length; i++) {
    let n = i
    while (n < groups.length && groups[n] === 0) n++
    if (n - i > bestLength) {
      best = i
      bestLength = n - i
    }
    if (n > i) i = n
  }
  return [best, bestLength]
}
