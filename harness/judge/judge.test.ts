import { describe, expect, test } from 'vitest'
import { clauses } from '../../fixtures/clauses/index.ts'
import { single } from '../../fixtures/world/slice.ts'
import type { Exchange } from '../record/exchange.ts'
import { Inconclusive, Violation } from './blame.ts'
import type { Check, Context } from './check.ts'
import type { Room } from './judge.ts'
import { judge } from './judge.ts'
import { room } from '../../test/empty-room.ts'

const oneCase = async ({ each }: Context) => each(['case'], async () => undefined)
const fine: Check = {
  id: 'judge.test',
  title: 'nothing is wrong',
  sends: 'nothing',
  owes: 'nothing',
  clauses: ['authorize.unregistered-redirect', 'authorize.unknown-client'],
  needs: { capabilities: [], shape: single, scope: 'slice' },
  kills: ['broker.accepts-any-redirect-uri'],
  control: async () => undefined,
  run: oneCase,
}
const judged = (changed: Partial<Check>, where: Partial<Room> = {}) =>
  judge({ ...fine, ...changed }, { ...room, ...where }, { seed: 1, runs: 10 })
const violation = new Violation('accepted', { expected: 'a refusal', actual: 'a code' })
const reset = new Inconclusive('unreadable', 'connection reset')
const throwing = (cause: unknown) => async () => {
  throw cause
}
/** A control that works the first time and then no more. */
const workingOnce = (cause: unknown) => {
  let asked = 0
  return async () => {
    asked += 1
    if (asked > 1) throw cause
  }
}

describe('a pass', () => {
  test('counts its cases', async () => {
    const run = async ({ each }: Context) => each([1, 2, 3], async () => undefined)
    expect(await judged({ run })).toEqual({ check: 'judge.test', status: 'pass', cases: 3, notes: [], ms: expect.any(Number) }) // prettier-ignore
  })

  test.each([violation, reset])('needs a target that still works afterwards: %s', async (cause) => {
    expect(await judged({ control: workingOnce(cause) })).toMatchObject({ status: 'inconclusive', why: 'died' })
  })

  test('is not what a check gets that judged no case', async () => {
    expect(await judged({ run: async () => undefined })).toMatchObject({
      status: 'error',
      message: expect.stringMatching(/no case/),
    })
  })
})

describe('what the target sends a mock once a case is over', () => {
  const late = (value: string): Exchange => ({
    n: 1,
    check: null,
    phase: 'run',
    plane: 'idp',
    from: 'target',
    to: 'idp',
    at: 0,
    request: {
      method: 'POST',
      origin: 'https://login.test',
      rawPath: '/token',
      headers: [],
      body: Buffer.from(`code=${value}`),
    },
  })
  /** A room in which the target sends this when the control is sent again. */
  const judgedWith = (value: string, then: () => Promise<void> = async () => undefined) => {
    const heard: ((exchange: Exchange) => void)[] = []
    const listen: Room['listen'] = (hears) => {
      heard.push(hears)
      return () => undefined
    }
    let asked = 0
    const control = async () => {
      asked += 1
      if (asked > 1) for (const hears of heard) hears(late(value))
      if (asked > 1) await then()
    }
    const run = async ({ each, afterwards }: Context) =>
      each(['refused'], async (code) => afterwards(code, () => violation))
    return judged({ control, run }, { listen })
  }

  test('is judged until the check is over, and by what it carries', async () => {
    expect(await judgedWith('refused')).toMatchObject({
      status: 'fail',
      signature: 'authorize.unregistered-redirect/accepted',
    })
    expect(await judgedWith('another')).toMatchObject({ status: 'pass' })
  })

  test('accuses a target that has died since', async () => {
    expect(await judgedWith('refused', throwing(reset))).toMatchObject({ status: 'fail' })
  })
})

describe('a violation', () => {
  test('fails the first clause of the check, signed by clause and kind', async () => {
    expect(await judged({ run: throwing(violation) })).toMatchObject({
      status: 'fail',
      grade: 'blocking',
      clause: 'authorize.unregistered-redirect',
      signature: 'authorize.unregistered-redirect/accepted',
      expected: 'a refusal',
      actual: 'a code',
    })
  })

  test('fails the clause that it names itself', async () => {
    const clause = 'authorize.unknown-client'
    const run = throwing(new Violation('other', { expected: '', actual: '', clause }))
    expect(await judged({ run })).toMatchObject({ clause, signature: `${clause}/other` })
  })

  test.each([
    ['blocking', 'reading'],
    ['advice', 'practice'],
  ] as const)('is %s where the check asks for no more than %s', async (grade, weaker) => {
    expect(await judged({ weaker, run: throwing(violation) })).toMatchObject({ status: 'fail', grade })
  })

  test('of a SHOULD is advice', async () => {
    const should = clauses.find(({ level }) => level === 'SHOULD')
    if (should === undefined) throw new TypeError('no clause is a SHOULD')
    const capabilities = new Set(should.capabilities)
    const verdict = await judged({ clauses: [should.id], run: throwing(violation) }, { capabilities })
    expect(verdict).toMatchObject({ status: 'fail', grade: 'advice' })
  })
})

describe('nothing is said of the target', () => {
  test.each([violation, reset])('when the control fails, and nothing else is sent then: %s', async (cause) => {
    let sent = false
    const run = async () => void (sent = true)
    expect(await judged({ control: throwing(cause), run })).toMatchObject({ status: 'inconclusive', why: 'control' })
    expect(sent).toBe(false)
  })

  test('when the run is in doubt and the control still works', async () => {
    expect(await judged({ run: throwing(reset) })).toMatchObject({
      status: 'inconclusive',
      why: 'unreadable',
      message: 'connection reset',
    })
  })

  test('but that it died when the run is in doubt and the control works no more', async () => {
    const verdict = await judged({ control: workingOnce(reset), run: throwing(reset) })
    expect(verdict).toMatchObject({ status: 'inconclusive', why: 'died' })
  })
})

describe('anything else that is thrown is our error', () => {
  const mistake = new TypeError('our mistake')
  const itself = { status: 'error', message: 'our mistake', stack: expect.stringMatching(/TypeError/) }

  test('in the control, in the run and in the late control', async () => {
    expect(await judged({ control: throwing(mistake) })).toMatchObject(itself)
    expect(await judged({ run: throwing(mistake) })).toMatchObject(itself)
    expect(await judged({ control: workingOnce(mistake) })).toMatchObject(itself)
  })

  test.each([undefined, null, 'text', 7, Object.create(null)])('even if it is no Error: %o', async (cause) => {
    expect(await judged({ run: throwing(cause) })).toMatchObject({ status: 'error' })
  })

  test('in the room, and in an unknown clause', async () => {
    const broken = () => {
      throw mistake
    }
    expect(await judged({}, { slice: broken })).toMatchObject(itself)
    expect(await judged({ clauses: ['no.such-clause'] })).toMatchObject({
      status: 'error',
      message: expect.stringMatching(/no\.such-clause/),
    })
    const control = broken as Check['control']
    expect(await judged({ control })).toMatchObject(itself)
  })
})

describe('a check is not applicable', () => {
  const untouched = { control: throwing(violation), run: throwing(violation) }

  test('where a capability is missing, of its clause or of its own, each named once', async () => {
    const needs = { ...fine.needs, capabilities: ['clock', 'oauth'] as const }
    const verdict = await judged({ ...untouched, needs }, { capabilities: new Set(['speaks:authorize']) })
    expect(verdict).toMatchObject({ status: 'not-applicable', missing: ['oauth', 'clock'] })
  })

  test('where the provision cannot satisfy its shape', async () => {
    const verdict = await judged(untouched, { slice: () => undefined })
    expect(verdict).toMatchObject({ status: 'not-applicable', missing: [`shape:${JSON.stringify(single)}`] })
  })
})

test('a check may find a dialect unfit, and then says why', async () => {
  const verdict = await judged({ applies: ({ name }) => `more than ${name}` })
  expect(verdict).toMatchObject({ status: 'not-applicable', missing: ['more than k2trust'] })
  expect(await judged({ applies: () => undefined })).toMatchObject({ status: 'pass' })
})

test('the identity provider speaks of users as they are whenever the control is sent', async () => {
  const said: string[] = []
  const asserts: Room['asserts'] = ({ tenant }, { name }) => void said.push(`${typeof tenant}: ${name}`)
  const run = async (context: Context) => {
    for (const user of context.slice.users) context.asserts(user, { name: 'x' })
    await fine.run(context)
  }
  expect(await judged({ run }, { asserts })).toMatchObject({ status: 'pass' })
  expect(said).toEqual(['string: undefined', 'string: x', 'string: undefined'])
})

test('the identity provider is honest whenever the control is sent', async () => {
  const set: string[] = []
  const run = async (context: Context) => {
    context.hostile('idp.denies-access')
    await oneCase(context)
  }
  const hostile: Room['hostile'] = (check, modes) => void set.push(`${check}: ${modes.join()}`)
  expect(await judged({ run, control: async () => void set.push('control') }, { hostile })).toMatchObject({
    status: 'pass',
  })
  expect(set).toEqual(['judge.test: ', 'control', 'judge.test: idp.denies-access', 'judge.test: ', 'control'])
})

test('notes are kept once each, whatever the verdict', async () => {
  const run = async ({ note }: Context) => {
    for (const text of ['one', 'two', 'one']) note(text)
    throw violation
  }
  expect(await judged({ run })).toMatchObject({ status: 'fail', notes: ['one', 'two'] })
})
