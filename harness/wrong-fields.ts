import type * as z from 'zod'

const [most, longest] = [12, 400]

/** What is wrong with the fields of a document, one a line and no more than fit on a screen; `under` is where they stand. */
export const wrongFields = ({ issues }: z.ZodError, under = ''): string => {
  const lines = issues.slice(0, most).map(({ path, message }) => {
    const field = [under, ...path].filter((part) => part !== '').join('.')
    const line = `${field === '' ? 'the file' : field}: ${message}`
    return line.length > longest ? `${line.slice(0, longest)}…` : line
  })
  const more = issues.length - most
  return [...lines, ...(more > 0 ? [`and ${more} more like these`] : [])].join('\n')
}
