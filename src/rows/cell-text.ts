/** Values as cells of exported csv files show them. */

export function listCell(items: readonly string[]): string {
  return items.join(' | ')
}

export function yesNoCell(value: boolean | null): string | null {
  return value === null ? null : value ? 'yes' : 'no'
}
