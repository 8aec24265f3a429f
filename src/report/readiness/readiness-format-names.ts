/** The formats of readiness reports by name, without what writes them. The first is the default. */
export const READINESS_FORMAT_NAMES = [
  { name: 'table', help: 'for people: the controls, who would break and why' },
  { name: 'json', help: 'all records, as one JSON document' },
  { name: 'ndjson', help: 'all records, one JSON object per line, for scripts' },
] as const
