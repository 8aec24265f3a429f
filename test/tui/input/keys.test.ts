import { describe, expect, it } from 'vitest'
import { bindingsOf, boundKeys, type KeyPress, keyName } from '../../../src/tui/input/keys.ts'
import { lineInput, replaced, typed } from '../../../src/tui/input/line-input.ts'
import { VIEWS } from '../../../src/tui/views/views.ts'

const BINDINGS = bindingsOf(VIEWS)
const KEYS = boundKeys(BINDINGS)
const NO_KEY: KeyPress = {
  upArrow: false,
  downArrow: false,
  leftArrow: false,
  rightArrow: false,
  pageUp: false,
  pageDown: false,
  home: false,
  end: false,
  return: false,
  escape: false,
  tab: false,
  backspace: false,
  delete: false,
  ctrl: false,
  shift: false,
  meta: false,
}

describe('keys', () => {
  it('gives no key two commands, and no command two lines of the help', () => {
    const keys = BINDINGS.flatMap((binding) => binding.keys)
    expect(new Set(keys).size).toBe(keys.length)
    const commands = BINDINGS.map((bound) => ('view' in bound ? bound.view : bound.command))
    expect(new Set(commands).size).toBe(commands.length)
  })

  it.each([
    ['', { pageDown: true }, 'page-down', 'page-down'],
    ['', { tab: true, shift: true }, 'shift-tab', 'previous-view'],
    ['', { delete: true }, 'backspace', 'back'],
    ['f', { ctrl: true }, 'ctrl-f', 'page-down'],
    ['c', { ctrl: true }, 'ctrl-c', 'quit'],
    [' ', {}, 'space', 'page-down'],
    ['G', { shift: true }, 'G', 'end'],
    ['x', {}, 'x', undefined],
  ] as const)('names the key %j %j %s', (input, pressed, name, command) => {
    expect(keyName(input, { ...NO_KEY, ...pressed })).toBe(name)
    expect(KEYS.get(name)).toEqual(command && expect.objectContaining({ command }))
  })
})

describe('a typed line', () => {
  it('inserts text and pastes at the cursor', () => {
    let line = lineInput('')
    for (const key of ['u', 's', 'er', 'left', 'left', 'X', 'space']) line = typed(line, key)
    expect(line).toEqual({ text: 'usX er', cursor: 4 })
  })

  it.each([
    ['backspace', 'a b', ''],
    ['ctrl-w', 'a ', 'b'],
    ['ctrl-u', '', ''],
  ])('handles %s', (key, text) => {
    expect(typed(lineInput('a bc'), key).text).toBe(text)
  })

  it('moves by characters, not by halves of one', () => {
    const line = typed(lineInput('a😀'), 'left')
    expect(line.cursor).toBe(1)
    expect(typed(line, 'right').cursor).toBe(3)
    expect(typed(lineInput('a😀'), 'backspace').text).toBe('a')
  })

  it('does not treat control characters or names of keys as text', () => {
    const line = lineInput('a')
    for (const key of ['\x1b[31m', '\x07', 'page-down', 'ctrl-x', 'enter', '']) expect(typed(line, key)).toBe(line)
  })

  it('does not grow without end', () => {
    expect(replaced(lineInput('x'), 1, 1, 'y'.repeat(5000)).text).toHaveLength(1000)
  })
})
