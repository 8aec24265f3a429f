/** The screen in Ink: it draws lines, and hands keys to the controller. */
import { Box, Text, useInput, useStdout } from 'ink'
import { memo, useEffect, useSyncExternalStore } from 'react'
import { keyName } from '../input/keys.ts'
import { keyOfCharacter } from '../input/pasted-keys.ts'
import { screenLines } from '../render/screen-lines.ts'
import type { Line } from '../text/line.ts'
import type { Controller } from '../update/controller.ts'
import type { Theme } from './theme.ts'

export function App({ controller, theme }: { controller: Controller; theme: Theme }) {
  const { stdout } = useStdout()
  useSyncExternalStore(controller.subscribe, controller.version)
  useInput((input, key) => {
    const name = keyName(input, key)
    if (name === input && name.length > 1) controller.text(input)
    else controller.key(name === input ? keyOfCharacter(name) : name)
  })
  useEffect(() => {
    const resize = () => controller.resize(sizeOf(stdout))
    stdout.on('resize', resize)
    return () => {
      stdout.off('resize', resize)
    }
  }, [controller, stdout])
  return (
    <Box flexDirection="column" width={controller.screen.size.width}>
      {screenLines(controller.screen).map((line, i) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: a line of the screen is identified by its position
        <LineText key={i} line={line} theme={theme} />
      ))}
    </Box>
  )
}

/** One row of the terminal stays free: Ink clears the screen before each output that is as tall as the terminal. */
export function sizeOf({ columns, rows }: { columns?: number; rows?: number }): { width: number; height: number } {
  return { width: columns || 80, height: (rows || 25) - 1 }
}

const LineText = memo(function LineText({ line, theme }: { line: Line; theme: Theme }) {
  return (
    <Text wrap="truncate">
      {line.length === 0
        ? ' '
        : line.map(({ text, tone }, i) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: segments have no other identity
            <Text key={i} {...theme[tone]}>
              {text}
            </Text>
          ))}
    </Text>
  )
}, isSame)

function isSame(a: { line: Line; theme: Theme }, b: { line: Line; theme: Theme }): boolean {
  if (a.theme !== b.theme || a.line.length !== b.line.length) return false
  return a.line.every(({ text, tone }, i) => text === b.line[i]?.text && tone === b.line[i]?.tone)
}
