import * as z from 'zod'

/** Fields that several parts of a target file are made of. */
export const text = z.string().min(1)
/** As long as a timer can wait, and no longer. */
export const ms = z
  .int()
  .positive()
  .max(2 ** 31 - 1)
export const path = z.string().regex(/^\//, 'must begin with "/"')
/** How many nodes a command starts, or the address of each node of a target that is running. */
export const nodes = z
  .union([z.int().min(2).max(16), z.array(z.string().regex(/^[^\s/:]+:\d+$/, 'must be host:port')).min(2)])
  .meta({
    description:
      'The nodes behind the one name. For a command: how many it starts, on the ports of {ports}. For a target that is running: the address of each, as host:port.',
  })
export const origin = z
  .url({ protocol: /^https$/ })
  .regex(/^https:\/\/[^/]+$/, 'must be an https origin without a path')
