/** The help of `smblens diff`. Lines have at most 80 columns. */
export const DIFF_HELP = `
A finding is the same in both results if its rule, client, server and user are.
What the old result has and the new one has not is
  fixed               the same hosts and user were seen again, in a state that
                      the rule judges, and all was well
  not seen this time  anything else: nothing proves that it was fixed

--fail-on takes one or more of these; a severity behind it is the least that
counts, as in new:high,worse
  new        findings that the old result does not have
  regressed  of these, those whose hosts were seen before, when all was well
  worse      findings that are more severe than before
  breaks     readiness: what would break now, and would not have before

Examples:
  smblens scan monday/ -f ndjson -o monday.ndjson
  smblens scan friday/ -f ndjson -o friday.ndjson
  smblens diff monday.ndjson friday.ndjson
  smblens diff monday.ndjson friday.ndjson --fail-on new:high,worse:high
  smblens scan now.pcap -f ndjson | smblens diff baseline.ndjson - -f json

Make both results with the same options: docs/diff.md says why, and how each rule
shows that it is fixed.

Exit status:
  0  success
  1  success, and there is a change that --fail-on names
  2  wrong usage, or the output cannot be written
  3  a result could not be read, or is cut or damaged: nothing was compared
`
