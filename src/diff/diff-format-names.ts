/** The formats of a comparison by name, without what writes them. */
export const DIFF_FORMATS = ['table', 'json', 'ndjson'] as const
export type DiffFormat = (typeof DIFF_FORMATS)[number]
