/** The captures, and what could not be read of them. */
import { number, plural } from '../../base/wording.ts'
import type { CaptureFacts } from '../../ledger/capture-facts.ts'
import type { Snapshot } from '../../view/store.ts'
import { EMPTY, heading, labelled, paragraphLines, section, timeSpan, wireText } from '../text/layout.ts'
import type { Line } from '../text/line.ts'

type Facts = Pick<Snapshot, 'captures' | 'warnings' | 'unread' | 'messagesDropped'>

export function warningsLines({ captures, warnings, unread, messagesDropped }: Facts, width: number): Line[] {
  const parts = captures.flatMap((capture, i) => [...(i > 0 ? [EMPTY] : []), ...captureLines(capture, width)])
  const list = warnings.flatMap(({ capture, code, message, frame }) => {
    const where =
      `${captures.length > 1 ? `${wireText(capture)} ` : ''}${frame === null ? '' : `frame ${frame}`}`.trim()
    const text = `${where === '' ? '' : `${where}: `}${wireText(message)} (${wireText(code)})`
    return paragraphLines(text, width, '  ! ', 'medium')
  })
  const dropped =
    messagesDropped > 0
      ? paragraphLines(
          `${plural(messagesDropped, 'message')} not listed among the frames: there is no room for more.`,
          width,
          '  ! ',
        )
      : []
  return [
    heading(captures.length > 1 ? 'Captures' : 'Capture', width),
    ...(captures.length === 0
      ? paragraphLines('No capture has been read yet, or none can be read.', width, '  ', 'quiet')
      : parts),
    ...section(
      'Could not be read at all',
      unread.flatMap((reason) => paragraphLines(wireText(reason), width, '  ! ', 'high')),
      width,
    ),
    ...section(
      `Warnings (${number(warnings.length)})`,
      list.length + dropped.length > 0 ? [...list, ...dropped] : paragraphLines('None.', width, '  ', 'quiet'),
      width,
    ),
  ]
}

function whyIncomplete({ damaged, unreadPackets }: CaptureFacts): string {
  const links = unreadPackets.some(({ kind }) => kind === 'link-type')
    ? 'it has packets of a link type that is not read'
    : ''
  return [damaged ? 'the file is cut or damaged' : '', links].filter((reason) => reason !== '').join(', and ')
}

function captureLines(capture: CaptureFacts, width: number): Line[] {
  const { path, format, compression, linkTypes, packets, bytes, smbMessages, firstTime, lastTime, complete } = capture
  const limits = Object.entries(capture.limits).map(([name, n]) => `${wireText(name)} ${number(n)}`)
  const fact = (label: string, text: string) => labelled(`  ${label}`, text, width, 14)
  return [
    ...paragraphLines(wireText(path), width, '  ', 'accent'),
    ...fact('Format', compression === null ? format : `${format}, ${compression}`),
    ...fact('Links', linkTypes.length > 0 ? wireText(linkTypes.join(', ')) : 'none seen'),
    ...fact('Packets', `${number(packets)}, ${number(bytes)} bytes captured`),
    ...fact('SMB', plural(smbMessages, 'message')),
    ...fact('Time', firstTime === null || lastTime === null ? 'no packets' : `${timeSpan(firstTime, lastTime)} UTC`),
    ...capture.unreadPackets.flatMap(({ what, packets: n }, i) =>
      fact(i === 0 ? 'Not read' : '', `${plural(n, 'packet')}: ${what}`),
    ),
    ...(complete
      ? fact('Complete', 'yes')
      : labelled('  Complete', `no: ${whyIncomplete(capture)}`, width, 14, 'medium')),
    ...(limits.length > 0 ? fact('Limits', `reached: ${limits.join(', ')}`) : []),
  ]
}
