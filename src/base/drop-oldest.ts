/**
 * Limits the size of a map, whose keys are in the order of their insertion. A quarter is dropped at a time: taking one from the front of a Map again and
 * again makes each look for the first steps over all the places that the others left.
 */
export function dropOldest<K, V>(map: Map<K, V>, limit: number, dropped?: (key: K, value: V) => void): void {
  if (map.size <= limit) return
  let excess = map.size - Math.floor(limit * 0.75)
  for (const [key, value] of map) {
    if (excess-- <= 0) break
    map.delete(key)
    dropped?.(key, value)
  }
}
