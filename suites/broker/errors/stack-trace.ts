/** The frames of the common runtimes; white space may have become anything between two of them. */
const frames: Readonly<Record<string, RegExp>> = {
  'Node.js': /\bat (?:[\w.$<>[\] ]{1,80} \()?(?:file:\/\/|node:|\/|[A-Z]:\\)[^\s()]{1,200}:\d+:\d+/,
  Java: /\bat [\w.$/]{3,160}\((?:[\w$]+\.(?:java|kt|scala|groovy):\d+|Native Method|Unknown Source)\)/,
  '.NET': /\bat [\w.`+<>[\], ]{3,160}\([^()]{0,160}\) in \S{1,200}:line \d+/,
  '.NET without files': /(?:\bat [A-Z][\w`+<>]*(?:\.[\w`+<>[\]]+)+\([^()]{0,160}\)\s+){2}/,
  Python: /Traceback \(most recent call last\)|\bFile "[^"]{1,200}", line \d+, in /,
  PHP: /#\d+ \S{1,200}\.php\(\d+\): |\bin \S{1,200}\.php(?: on line |:)\d+/,
  Ruby: /\S{1,200}\.rb:\d+:in [`']/,
  'Go or Rust': /\bgoroutine \d+ \[|\S{1,200}\.go:\d+ \+0x[\da-f]+|\bpanicked at \S{1,200}\.rs:\d+/,
}

/** What of a text is a frame of a stack trace, if any is. */
export const stackTraceIn = (text: string): string | undefined =>
  Object.values(frames)
    .map((frame) => frame.exec(text)?.[0])
    .find((found) => found !== undefined)
