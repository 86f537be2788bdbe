import { expect, test } from 'vitest'
import type { WireRequest } from '../../protocols/wire.ts'
import { textResponse } from '../../protocols/wire.ts'
import { asked, byPost } from './asked.ts'

const answering = (status: number) => async () => textResponse(status, '')

test('a key is replaced by an empty POST', async () => {
  const requests: WireRequest[] = []
  const wire = async (request: WireRequest) => {
    requests.push(request)
    return textResponse(204, '')
  }
  await byPost(wire, 'https://broker.test', '/control/rotate')()
  expect(requests).toMatchObject([{ method: 'POST', origin: 'https://broker.test', rawPath: '/control/rotate' }])
  expect(requests[0]?.body).toBeUndefined()
})

test.each([100, 302, 404, 500])('%i is no consent', async (status) => {
  const rotate = asked(byPost(answering(status), 'https://broker.test', '/rotate'), 'rotate its key')
  await expect(rotate()).rejects.toMatchObject({
    name: 'Inconclusive',
    message: `the target did not rotate its key: https://broker.test/rotate answered ${status}`,
  })
})

test('a function that throws at once is no consent either', async () => {
  const rotate = asked(() => {
    throw new Error('no key store')
  }, 'rotate its key')
  await expect(rotate()).rejects.toMatchObject({ message: 'the target did not rotate its key: no key store' })
})

test('a target that gives no way is accused of nothing', async () => {
  await expect(asked(undefined, 'rotate its key')()).rejects.toMatchObject({ name: 'Inconclusive', why: 'undelivered' })
})
