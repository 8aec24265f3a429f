// Writes docs/tui.md: the screens of the real program, run in tmux. npm run build first, then: node scripts/make-screens.mjs
import { execFileSync, spawnSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { setTimeout as pause } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('..', import.meta.url))
const PATIENCE = 60_000
const UNSIGNED = ['captures/smb311-unsigned-data.pcap']
const OFFICE = [
  'guest-fallback',
  'smb1-guest',
  'smb311-unsigned-data',
  'smb311-encrypted-share',
  'smb311-signed',
  'ntlmv1',
  'outbound',
  'kerberos-encrypted',
  'smb1-plaintext-password',
].map((name) => `captures/${name}.pcap`)

/**
 * The tour. `keys` are pressed on the screen before it, in tmux's names, and text is typed as it is; `wait` is on the screen that follows. A step with
 * `open` starts the program again.
 */
export const TOUR = [
  {
    title: 'Overview',
    text: 'The first screen: the verdict, and how well the sessions are protected. It fills while captures are read.',
    open: OFFICE,
    wait: 'Act now',
  },
  {
    title: 'Findings',
    text: 'Every finding, worst first. `/` filters; `>` and `<` choose the column to sort by.',
    keys: ['2'],
    wait: 'Findings',
  },
  {
    title: 'A finding',
    text: '`Enter` opens it: what was seen, the frames that show it, why it matters, and how to fix it.',
    keys: ['Enter'],
  },
  {
    title: 'Sessions',
    text: 'Every session: user, client and server, authentication, signing and encryption.',
    keys: ['Escape', '3'],
    wait: 'Sessions',
  },
  {
    title: 'A session',
    text: 'Its connection, logons, shares, messages and findings. `Esc` goes back.',
    keys: ['Enter'],
  },
  {
    title: 'Hosts',
    text: 'Every address: its names, operating system and roles, and what was negotiated with it.',
    keys: ['Escape', '4'],
    wait: 'Hosts',
  },
  { title: 'A host', text: 'What a host reported about itself, and the findings about it.', keys: ['Enter'] },
  {
    title: 'Frames',
    text: 'Every SMB message, numbered as Wireshark numbers its frame.',
    keys: ['Escape', '5'],
    wait: 'Frames',
  },
  {
    title: 'Readiness',
    text:
      'For each control of the guide: the clients that are ready, that would break, that the policy exempts, and that were not seen, as a bar with a sign ' +
      'for each; and the first that would break.',
    keys: ['6'],
    wait: 'if it were enforced',
  },
  {
    title: 'A control',
    text:
      'Who would break and why, what to change first, the frames that show it, what was seen at work, and how the control is switched on, undone and ' +
      'proved. `Enter` lists its rows.',
    keys: ['j', 'Enter'],
    wait: 'Would break',
  },
  {
    title: 'Impact',
    text: 'The hosts and pairs behind the bars, those that break first. `e` exports them: a csv file for a change request, or records.',
    keys: ['Enter'],
    wait: 'Impact',
  },
  {
    title: 'A prediction',
    text: 'Why, in which session and frame, and what to change before the control is enforced.',
    keys: ['Enter'],
  },
  {
    title: 'A filter',
    text: 'Typed after `/`, it narrows the view with every letter.',
    keys: ['Escape', '3', '/', 'alice'],
    wait: 'alice',
  },
  { title: 'Help', text: '`?` lists the keys; `q` quits.', keys: ['Escape', '?'], wait: 'freeze' },
  {
    title: 'Readiness in 80 columns',
    text: 'What would break, on a small terminal.',
    open: OFFICE,
    size: [80, 24],
    keys: ['6'],
    wait: 'if it were',
  },
  {
    title: '80 columns',
    text: 'On a small terminal the least important columns are left out.',
    open: UNSIGNED,
    size: [80, 24],
    keys: ['3'],
    wait: 'Sessions',
  },
]

const SIZE = [120, 36]
let servers = 0
/** A different server each time: the name of one that is ending is not free at once. */
let socket = ''
const tmux = (...args) => execFileSync('tmux', ['-L', socket, '-f', '/dev/null', '-u', ...args], { encoding: 'utf8' })
const screen = () => tmux('capture-pane', '-p').trimEnd()

function close() {
  if (socket !== '') spawnSync('tmux', ['-L', socket, 'kill-server'])
}

function open(captures, [columns, rows]) {
  close()
  socket = `smblens-screens-${process.pid}-${servers++}`
  const { CI: _, NO_COLOR: __, ...env } = process.env
  const options = ['-x', `${columns}`, '-y', `${rows}`, '-c', root]
  const command = ['env', 'TERM=xterm-256color', 'LANG=C.UTF-8', process.execPath, 'bin/smblens', ...captures]
  const place = [
    '-L',
    socket,
    '-f',
    '/dev/null',
    '-u',
    'new-session',
    '-d',
    ...options,
    ...command,
    ';',
    'set',
    '-g',
    'status',
    'off',
  ]
  execFileSync('tmux', [...place, ';', 'set', '-s', 'escape-time', '0'], { env: { ...env, LANG: 'C.UTF-8' } })
  tmux('resize-window', '-x', `${columns}`, '-y', `${rows}`)
}

/** Waits until `wanted` is on the screen and the screen has not changed for a moment. */
async function settled(wanted) {
  const deadline = Date.now() + PATIENCE
  for (let last = screen(), since = Date.now(); ; await pause(50)) {
    const now = screen()
    if (now !== last) since = Date.now()
    last = now
    if (now !== '' && new RegExp(wanted ?? '.').test(now) && Date.now() - since > 500) return now
    if (Date.now() > deadline) throw new Error(`waited for ${wanted}, and saw:\n${now}`)
  }
}

async function take({ title, text, open: captures, size = SIZE, keys = [], wait }) {
  if (captures) {
    open(captures, size)
    await settled()
  }
  for (const key of keys) {
    tmux('send-keys', key)
    // An escape followed at once by a letter would be another key.
    await pause(200)
  }
  const lines = (await settled(wait)).split('\n').map((line) => line.trimEnd())
  return ['', `## ${title}`, '', text, '', '```text', ...lines, '```']
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const parts = []
  try {
    for (const step of TOUR) parts.push(...(await take(step)))
  } finally {
    close()
  }
  const head = [
    '<!-- Made by scripts/make-screens.mjs from the program as built. Do not edit. -->',
    '# The terminal UI',
    '',
    '`smblens CAPTURE` on a terminal opens the capture. `1` to `7` and `Tab` change the view, `Enter` opens what is selected, `Esc` goes back.',
    'These are its screens, on sample captures of the project.',
  ]
  writeFileSync(`${root}/docs/tui.md`, `${[...head, ...parts].join('\n')}\n`)
}
