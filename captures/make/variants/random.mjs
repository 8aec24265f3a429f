// Pseudo-random numbers that are the same in every run.

/** mulberry32, by Tommy Ettinger: returns a function that returns the next number in [0, 1). */
export function seeded(seed) {
  let state = seed | 0
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let t = Math.imul(state ^ (state >>> 15), state | 1)
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61)
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32
  }
}

export function below(random, limit) {
  return Math.floor(random() * limit)
}

export function pick(random, list) {
  return list[below(random, list.length)]
}

export function shuffled(random, list) {
  const copy = [...list]
  for (let i = copy.length - 1; i > 0; i--) {
    const j = below(random, i + 1)
    ;[copy[i], copy[j]] = [copy[j], copy[i]]
  }
  return copy
}

/** Each item at most `distance` places from where it was. */
export function jostled(random, list, distance) {
  return list
    .map((item, i) => ({ item, place: i + random() * (distance + 1) }))
    .sort((x, y) => x.place - y.place)
    .map(({ item }) => item)
}

export function garbage(random, length) {
  // No zeros: what is read where nothing should be read must not look like nothing.
  return Buffer.from(Array.from({ length }, () => 1 + below(random, 255)))
}
