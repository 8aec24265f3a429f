import { expect, it } from 'vitest'
import { FactsView, peek } from '../../../src/ledger/facts-list.ts'
import { IdIndex } from '../../../src/ledger/id-index.ts'
import { PackedFacts } from '../../../src/ledger/packing/packed-facts.ts'
import { Packer } from '../../../src/ledger/packing/packer.ts'

interface Fact {
  id: string
  firstFrame: number
  captureId: string
  text: string
}

const fact = (i: number, length = 10): Fact => ({
  id: `id ${i}`,
  firstFrame: 10_000 - i,
  captureId: '',
  text: `${i}`.padEnd(length),
})

const packed = (plainRows = 0) => {
  const facts = new PackedFacts<Fact>(new Packer(), ({ text }) => text.length)
  facts.plainRows = plainRows
  return facts
}

function filled(count: number): PackedFacts<Fact> {
  const facts = packed()
  for (let i = 0; i < count; i++) facts.append(fact(i), i, 1)
  return facts
}

it('stores rows over many chunks, long ones too', () => {
  const facts = packed()
  const length = (i: number) => (i % 50 === 7 ? 400_000 : 500)
  for (let i = 0; i < 1500; i++) facts.append(fact(i, length(i)), i, 1)
  for (let i = 0; i < 1500; i++) expect(facts.get(i)).toEqual(fact(i, length(i)))
})

it('frees the space of removed rows, and finds the others by their serial numbers', () => {
  const facts = filled(5000)
  for (let i = 0; i < 5000; i++) if (i % 4 !== 0) facts.remove(i)
  expect(facts.size).toBe(1250)
  facts.compact()
  expect([facts.end, facts.generation]).toEqual([1250, 1])
  // Serial numbers count from 0, as these rows do.
  expect(facts.serial(100)).toBe(400)
  expect(facts.find(400)).toBe(100)
  expect(facts.find(401)).toBe(-1)
  expect(facts.find(5000)).toBe(-1)
  expect(facts.get(100)).toEqual(fact(400))
  expect([...new FactsView([facts], facts.rows())]).toEqual(Array.from({ length: 1250 }, (_, i) => fact(i * 4)))
})

it('shows rows by first frame, or rows of several lists', () => {
  const facts = filled(3)
  expect([...new FactsView([facts], facts.rowsByFrame())].map((f) => f.id)).toEqual(['id 2', 'id 1', 'id 0'])
  const view = new FactsView<Fact>([facts, [fact(9)]], new Uint32Array([0, 0, 2]), new Uint32Array([1, 0, 0]))
  expect(view.length).toBe(3)
  expect([view.at(0), view.at(-1), view.at(3)]).toEqual([fact(9), fact(2), undefined])
  expect(peek(view, 0, 'id')).toBe('id 9')
  expect(JSON.parse(JSON.stringify(view))).toEqual([fact(9), fact(0), fact(2)])
})

it('finds entries by their id', () => {
  const facts = filled(2000)
  const view = new FactsView<Fact>([facts], facts.rows())
  const index = new IdIndex(view)
  for (let i = 0; i < 2000; i++) expect(index.add(i)).toBe(true)
  expect(index.add(5)).toBe(false)
  for (let i = 0; i < 2000; i++) expect(index.find(`id ${i}`, null)).toBe(i)
  expect(index.find('id 2000', '')).toBe(-1)
})
