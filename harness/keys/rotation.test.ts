import { expect, test } from 'vitest'
import type { WireRequest } from '../../protocols/wire.ts'
import { textResponse } from '../../protocols/wire.ts'
import { askedOfTarget, httpRotation } from './rotation.ts'

const answering = (status: number) => async () => textResponse(status, '')

test('a key is replaced by an empty POST', async () => {
  const asked: WireRequest[] = []
  const wire = async (request: WireRequest) => {
    asked.push(request)
    return textResponse(204, '')
  }
  await httpRotation(wire, 'https://broker.test', '/control/rotate')()
  expect(asked).toMatchObject([{ method: 'POST', origin: 'https://broker.test', rawPath: '/control/rotate' }])
  expect(asked[0]?.body).toBeUndefined()
})

test.each([100, 302, 404, 500])('%i is no consent', async (status) => {
  const rotate = askedOfTarget(httpRotation(answering(status), 'https://broker.test', '/rotate'))
  await expect(rotate()).rejects.toMatchObject({
    name: 'Inconclusive',
    message: `the target did not rotate its key: https://broker.test/rotate answered ${status}`,
  })
})

test('a function that throws at once is no consent either', async () => {
  const rotate = askedOfTarget(() => {
    throw new Error('no key store')
  })
  await expect(rotate()).rejects.toMatchObject({ message: 'the target did not rotate its key: no key store' })
})

test('a target that gives no way is accused of nothing', async () => {
  await expect(askedOfTarget(undefined)()).rejects.toMatchObject({ name: 'Inconclusive', why: 'undelivered' })
})
